#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Holds tests/fuzz/teechan.txt, the interface in syzkaller's language, against the header: every ioctl and every netlink request is a call,
# every constant has the value that the compiler gives it, every structure has the header's members in order and its size.  TAP on standard
# output. With --update it writes teechan.txt.const anew.
use strict;
use warnings;
use File::Basename;
use File::Temp;

chdir(dirname($0) . '/..') or die;
my $header = 'include/uapi/teechan.h';
my $description = 'tests/fuzz/teechan.txt';
my $consts = "$description.const";

sub read_file {
	my ($file) = @_;

	open(my $in, '<', $file) or die "$file: $!\n";
	local $/;
	return scalar <$in>;
}

my $h = read_file($header);
$h =~ s{/\*.*?\*/}{}gs;
my $txt = read_file($description);
$txt =~ s/^#.*\n//gm;

# Numbers of the header: those that are not text, an include guard or the kernel's own helpers.
my %strings = map { $_ => 1 } $h =~ /^#define\s+(TEECHAN_\w+)\s+"/gm;
my @names = grep { !$strings{$_} } $h =~ /^#define\s+(TEECHAN_\w+)\s+\S/gm;
push @names, map { /\b(TEECHAN_\w+)\b/g } $h =~ /^enum \w+ \{(.*?)^\};/gms;
my @structs = $h =~ /^struct (teechan_\w+) \{/gm;

# What the compiler makes of them.
my $dir = File::Temp->newdir;
open(my $c, '>', "$dir/values.c") or die;
print $c "#include <stdio.h>\n#include \"$header\"\nint main(void)\n{\n";
print $c "\tprintf(\"$_ %llu\\n\", (unsigned long long)($_));\n" for @names;
print $c "\tprintf(\"$_ %zu\\n\", sizeof(struct $_));\n" for @structs;
print $c "\treturn 0;\n}\n";
close($c);
system($ENV{CC} // 'gcc', '-iquote', '.', '-o', "$dir/values", "$dir/values.c") == 0 or die "$header does not compile\n";
my %value = map { split } grep { /\S/ } split /\n/, `$dir/values`;

sub wanted_consts {
	my %used = map { $_ => 1 } $txt =~ /\b(TEECHAN_\w+)\b/g;
	my $out = "# Numbers of teechan.txt; written by tests/syzlang-check.pl --update\narches = amd64, 386\n";

	delete $used{TEECHAN_VERSION_ta};
	$out .= "$_ = $value{$_}\n" for grep { defined $value{$_} } sort keys %used;
	return $out;
}

if (@ARGV && $ARGV[0] eq '--update') {
	open(my $out, '>', $consts) or die "$consts: $!\n";
	print $out wanted_consts();
	exit 0;
}

my ($count, $failed) = (0, 0);

sub result {
	my ($name, @wrong) = @_;

	$count++;
	$failed ||= @wrong;
	print @wrong ? 'not ok' : 'ok', " $count - $name\n", map { "# $_\n" } @wrong;
}

my @ioctls = $h =~ /^#define\s+(TEECHAN_\w+)\s+_IO\w*\(/gm;
for my $name (@ioctls) {
	result("$name is described", $txt =~ /^ioctl\$$name\(.*const\[$name\]/m ? () : 'no ioctl$' . $name);
}
my @requests = grep { !/_(UNSPEC|MAX)$/ } map { /\b(TEECHAN_CMD_\w+)\b/g } $h =~ /^enum teechan_genl_cmd \{(.*?)^\};/gms;
for my $name (@requests) {
	result("$name is described", $txt =~ /^sendmsg\$$name\(/m ? () : 'no sendmsg$' . $name);
}

# Values of parameters, logins, results, origins and flags that a caller may give.
my @given = grep { /^TEECHAN_(NONE|VALUE|MEM|REGION|PARAM|LOGIN|SUCCESS|ERROR|ORIGIN|TA)(_|$)/ && !/_(ALLOC|FREE)$/ } @names;
result('every constant that a caller may give is used', map { "$_ is not" } grep { $txt !~ /\b$_\b/ } @given);
result('no name is unknown to the header', map { "$_ is" }
	grep { !defined $value{$_} && $_ ne 'TEECHAN_VERSION_ta' } $txt =~ /\b(TEECHAN_\w+)\b/g);
result('the values are the header\'s', read_file($consts) eq wanted_consts() ? () : "$consts is old; run $0 --update");

# Sizes of what a member can be.
my %size = (int8 => 1, int16 => 2, int32 => 4, int64 => 8, gid => 4);
$size{$1} = $size{$2} while $txt =~ /^resource (\w+)\[(\w+)\]/gm;

sub size_of {
	my ($type) = @_;

	$type =~ s/\s*\((in|out|inout)\)$//;
	return $size{$type} if defined $size{$type};
	return $size{$1} if $type =~ /^(int\d+)\[/ || $type =~ /^(?:const|flags|bytesize)\[.*,\s*(int\d+)\]$/;
	return 8 if $type =~ /^ptr64\[/;
	return size_of($1) * ($value{$2} // $2) if $type =~ /^array\[(.*),\s*(\w+)\]$/;
	return $size{$type} = size_of_body($1, $2) if $txt =~ /^$type ([\[{])\n(.*?)^[\]}]/ms;
	die "teechan.txt: what is $type?\n";
}

sub members { return map { [ split ' ', $_, 2 ] } grep { /\S/ } split /\n/, $_[0] }

sub size_of_body {
	my ($kind, $body) = @_;
	my @sizes = map { size_of($_->[1]) } members($body);

	return $kind eq '[' ? (sort { $b <=> $a } @sizes)[0] : eval { my $s = 0; $s += $_ for @sizes; $s };
}

for my $name (@structs) {
	my ($kind, $body) = $txt =~ /^$name ([\[{])\n(.*?)^[\]}]/ms;
	my @wrong;

	if (!defined $body) {
		result("struct $name is described", 'it is not');
		next;
	}
	my $size = size_of_body($kind, $body);
	push @wrong, "$size bytes, in the header $value{$name}" if $size != $value{$name};
	if ($kind eq '{') {
		my ($theirs) = $h =~ /^struct $name \{(.*?)^\};/ms;
		my $want = join ' ', $theirs =~ /(\w+)(?:\[\w+\])?;/g;
		my $have = join ' ', map { $_->[0] } members($body);

		push @wrong, "members $have", "in the header $want" if $want ne $have;
	}
	result("struct $name is described as it is", @wrong);
}

print "1..$count\n";
exit($failed ? 1 : 0);
