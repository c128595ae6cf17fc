#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Holds GlobalPlatform's functions (tests/api/functions.list) against what is here: each is declared in a header and exported by its library, nothing else is
# exported, each is called by a test program that make check runs, and the tables of docs/API.md say so.  TAP on standard output.  With --write it writes
# these tables anew.  It reads what make check has built, in TEEPAY_BUILD or build.
use strict;
use warnings;
use File::Basename;

chdir(dirname($0) . '/..') or die;
my $build = $ENV{TEEPAY_BUILD} || 'build';
my $page = 'docs/API.md';

# What each library exports beside the functions of the list: OP-TEE's, for sources written for it.
my %extensions = map { $_ => 1 } qw(TEE_CacheClean TEE_CacheFlush TEE_CacheInvalidate);
my %parts = (
	core       => { title => 'TEE Internal Core API 1.3.1', library => "$build/libtee.a", headers => 'libtee/include/internal' },
	deprecated => { title => 'The same, deprecated there', library => "$build/libtee.a", headers => 'libtee/include/internal' },
	client     => { title => 'TEE Client API 1.0', library => "$build/libteec.so.1", headers => 'libtee/include/client' },
	tui        => { title => 'Trusted User Interface API 1.0', library => "$build/libtee.a", headers => 'libtee/include/internal' },
);
my %whole = (core => 131, client => 9);		# as many as the specifications have

sub slurp {
	my ($file) = @_;

	open(my $in, '<', $file) or die "$file: $!\n";
	local $/;
	return scalar <$in>;
}

# symbols FILE, TYPES: those of nm's types, e.g. T (defined) or U (wanted).
sub symbols {
	my ($file, $types) = @_;
	my $dynamic = $file =~ /\.so/ ? '-D' : '';
	my %found;

	for (qx(nm $dynamic '$file' 2>/dev/null)) {
		$found{$1} = 1 if /\s[$types] (\w+)/;
	}
	return \%found;
}

my @functions = map { [split] } grep { !/^#/ } split(/\n/, slurp('tests/api/functions.list'));

# --- declared, exported ---
my %declared;
for my $headers (map { $_->{headers} } values %parts) {
	$declared{$_} = 1 for map { slurp($_) =~ /\b(TEEC?_\w+|TA_\w+)\(/g } glob("$headers/*.h");
}
my %exported = map { $_ => symbols($parts{$_}{library}, 'T') } keys %parts;
my $wanted = symbols($parts{core}{library}, 'U');	# the entry points are the application's: libtee calls them

# --- called ---
# The test program that calls a function in the most places, or what several share if no program does itself; of an entry point, one that has it.
my (%calls, %by);
for my $object (glob("$build/obj/tests/unit/tee_*.o $build/obj/tests/vm/tee/*.o $build/obj/tests/vm/tee/ta/*.ta.o")) {
	my $name = basename($object, '.ta.o', '.o');

	for (qx(readelf -rW '$object')) {
		next unless /\s(TEEC?_\w+) - [0-9a-f]+$/;
		$calls{$1}{$name}++;
	}
	$calls{$_}{$name}++ for grep { /^TA_\w+EntryPoint$/ } keys %{ symbols($object, 'T') };
}
for my $f (keys %calls) {
	my $c = $calls{$f};

	($by{$f}) = sort { ($a =~ /fixture/) <=> ($b =~ /fixture/) || $c->{$b} <=> $c->{$a} || $a cmp $b } keys %$c;
}

# --- the page ---
sub table {
	my ($part) = @_;
	my @rows = grep { $_->[0] eq $part } @functions;
	my $text = sprintf("### %s: %d functions\n\n| Clause | Function | Tested by |\n|---|---|---|\n", $parts{$part}{title}, scalar @rows);

	$text .= sprintf("| %s | `%s` | %s |\n", $_->[1], $_->[2], $by{ $_->[2] } ? "`$by{ $_->[2] }`" : '**nothing**') for @rows;
	return $text;
}

my $tables = join("\n", map { table($_) } qw(core deprecated client tui));
my $text = slurp($page);
my ($head) = $text =~ /\A(.*^<!-- [^\n]*-->\n)/ms or die "$page: no place for the tables\n";
my $new = "$head\n$tables";
if (@ARGV && $ARGV[0] eq '--write') {
	open(my $out, '>', $page) or die "$page: $!\n";
	print $out $new;
	exit;
}

# --- the tests ---
my $n = 0;
my $failed = 0;

# ok NAME, WRONG...: it fails with what is wrong.
sub ok {
	my ($name, @wrong) = @_;

	$n++;
	$failed ||= @wrong;
	print @wrong ? 'not ' : '', "ok $n - $name\n";
	print "#   $_\n" for @wrong;
}

for my $part (sort keys %whole) {
	my $count = grep { $_->[0] eq $part } @functions;

	ok("$parts{$part}{title} has $whole{$part} functions", $count == $whole{$part} ? () : "the list has $count");
}
ok('each is declared', map { "$_->[2] is in no header" } grep { !$declared{ $_->[2] } } @functions);
ok('each is exported, or called if it is the application\'s', map { "$_->[2] is not in $parts{$_->[0]}{library}" }
	grep { !$exported{ $_->[0] }{ $_->[2] } && !($_->[2] =~ /^TA_/ && $wanted->{ $_->[2] }) } @functions);
my %listed = map { $_->[2] => 1 } @functions;
my %names = map { %{ $exported{$_} } } keys %exported;
ok('and no other', map { "$_ is not in tests/api/functions.list" } sort grep { /^TEEC?_/ && !$listed{$_} && !$extensions{$_} } keys %names);
ok('each is called by a test', map { "$_->[2]" } grep { !$by{ $_->[2] } } @functions);
ok("$page says so", $new eq $text ? () : 'it does not; make api writes it');
print "1..$n\n";
exit($failed ? 1 : 0);
