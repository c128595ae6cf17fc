#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# cover.pl MODULE FOLDER: which share of the module's instrumented places the programs of a debugging run came through, for each source
# file and, with -v, each function that nobody entered. FOLDER has the files of tests/vm/kmod/cover.c: cover.PROGRAM.
use strict;
use warnings;

my $verbose = @ARGV && $ARGV[0] eq '-v' ? shift : '';
my ($module, $folder) = @ARGV;
die "usage: cover.pl [-v] MODULE FOLDER\n" unless defined $folder;

# The places: where calls of the compiler's return to.
my %places;
open(my $relocs, '-|', 'readelf', '-rW', $module) or die "readelf: $!\n";
my $section = '';
while (<$relocs>) {
	$section = $1 if /^Relocation section '([^']+)'/;
	$places{hex($1) + 4} = 1 if $section eq '.rela.text' && /^([0-9a-f]+)\s.*__sanitizer_cov_trace_pc\b/;
}
close($relocs);
die "$module is not instrumented\n" unless %places;

# The functions, and their files by the debugging data.
my @functions;
open(my $names, '-|', 'nm', '-n', '-l', $module) or die "nm: $!\n";
while (<$names>) {
	next unless m{^([0-9a-f]+) [tT] (tch_\S+)\s+\S*/kmod/(\w+\.c):};
	push @functions, { at => hex($1), name => $2, file => $3, all => 0, reached => 0, fuzzed => 0 };
}
close($names);

sub seen {
	my ($file) = @_;

	open(my $in, '<:raw', $file) or die "$file: $!\n";
	local $/;
	my $bytes = <$in>;
	my %seen;
	$seen{ pos($bytes) - 1 } = 1 while $bytes =~ /\x01/g;
	return \%seen;
}

my %seen = map { m{/cover\.([^/]+)$}; ($1 => seen($_)) } glob("$folder/cover.*");
die "no program left its places in $folder\n" unless %seen;
my (%any, %files, %sum);
%any = (%any, %$_) for values %seen;
my $fuzzed = $seen{channel} // {};

my $i = 0;
for my $place (sort { $a <=> $b } keys %places) {
	$i++ while $i + 1 < @functions && $functions[$i + 1]{at} <= $place;
	my $f = $functions[$i];
	for my $row ($f, $files{ $f->{file} } //= {}, \%sum) {
		$row->{all}++;
		$row->{reached}++ if $any{$place};
		$row->{fuzzed}++ if $fuzzed->{$place};
	}
}

sub row {
	my ($name, $row) = @_;
	my ($reached, $by_fuzzer) = map { $_ // 0 } @$row{qw(reached fuzzed)};

	printf "%-14s %5d places, %5d reached (%5.1f %%), %5d by the fuzzer (%5.1f %%)\n", $name, $row->{all}, $reached,
		100 * $reached / $row->{all}, $by_fuzzer, 100 * $by_fuzzer / $row->{all};
}

row($_, $files{$_}) for sort keys %files;
row('all', \%sum);
my @never = grep { $_->{all} && !$_->{reached} } @functions;
print 'never entered: ', join(' ', map { $_->{name} } @never) || 'nothing', "\n";
print "partly: $_->{name} $_->{reached}/$_->{all}\n"
	for grep { $verbose && $_->{reached} && $_->{reached} < $_->{all} } @functions;
