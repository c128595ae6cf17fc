#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# harness.pl [-v] FILE...: run TAP programs as prove does, and end with the line that counts: "N passed, N failed".
#
# FILE is a program, a Perl script (.t, .pl), a shell script (.sh), or a .tap file that tests/vm/guest/tap-run wrote in
# the virtual machine, which ends in "# exit STATUS". A file that is not there, a program that dies or exits with an
# error, a wrong plan and no test at all are failures, as is a TODO test that passes. Skipped tests are not passed.
use strict;
use warnings;
use File::Temp;
use TAP::Harness;

my $verbose = @ARGV && $ARGV[0] eq '-v' ? shift : '';
my @files = @ARGV or die "usage: harness.pl [-v] FILE...\n";

# What a program says on standard error is shown when it fails; a test that provokes errors need not look like one.
my $scratch = File::Temp->newdir;
my %said;

sub quietly {
	my ($file) = @_;
	my $said = $said{$file} = "$scratch/" . scalar(keys %said);

	return [ 'sh', '-c', 'exec "$@" 2>"$0"', $said, @{ command($file) } ];
}

# The failed tests, and the comments behind them, which say what was seen instead.
sub show_said {
	my ($file, @lines) = @_;

	if ($said{$file} && open(my $said, '<', $said{$file})) {
		push @lines, <$said>;
	}
	print STDERR "$file said:\n", map { "    $_" } @lines if @lines;
}

# The command that yields a file's TAP.
sub command {
	my ($file) = @_;

	return [ 'sh', '-c', 'echo "1..1"; echo "not ok 1 - $1 is there"; exit 1', 'sh', $file ] unless -f $file;
	return [ 'sh', '-c', 'cat "$1"; exit "$(sed -n "\$s/^# exit \([0-9]*\)\$/\1/p" "$1" | grep . || echo 99)"', 'sh', $file ]
		if $file =~ /\.tap$/;
	return [ $^X, $file ] if $file =~ /\.(?:t|pl)$/;
	return [ 'sh', $file ] if $file =~ /\.sh$/;
	return [ $file =~ m{/} ? $file : "./$file" ];
}

# What each test of a finished program was.
my %count = (passed => 0, failed => 0, skipped => 0);
my %seen;

sub count_test {
	my ($result) = @_;

	return unless $result->is_test;
	my $kind = !$result->is_ok ? 'failed' : $result->has_skip ? 'skipped' : 'passed';
	$kind = 'failed' if $result->has_todo && $result->is_actual_ok;
	$count{$kind}++;
	return unless $kind eq 'failed';
	$seen{failed}++;
	push @{ $seen{comments} }, $result->raw . "\n";
}

# What is wrong with a program beyond its single tests counts as one failure more, unless a failed test explains it.
sub count_program {
	my ($parser, $file) = @_;

	my @wrong = $parser->parse_errors;
	push @wrong, 'exit status ' . ($parser->exit >> 8 || $parser->exit) if $parser->exit && !$seen{failed};
	push @wrong, 'killed by signal ' . ($parser->wait & 127) if $parser->wait & 127;
	push @wrong, 'no tests' unless $parser->tests_run || $parser->skip_all;
	$count{failed}++ if @wrong && (!$seen{failed} || $parser->parse_errors);
	$count{skipped}++ if $parser->skip_all;
	show_said($file, @{ $seen{comments} // [] }) if @wrong || $seen{failed};
	%seen = ();
}

my $harness = TAP::Harness->new({
	exec => sub { $verbose ? command($_[1]) : quietly($_[1]) },
	verbosity => $verbose ? 1 : 0,
	color => -t STDOUT && !$ENV{NO_COLOR} ? 1 : 0,
	errors => 1,
	merge => 0,
});
$harness->callback(made_parser => sub {
	my ($parser, $job) = @_;
	$parser->callback(test => \&count_test);
	$parser->callback(comment => sub { push @{ $seen{comments} }, $_[0]->raw . "\n" if $seen{failed} });
	$parser->callback(EOF => sub { count_program($parser, $job->[0]) });
});

my $bailed = !eval { $harness->runtests(@files); 1 };
if ($bailed) {
	print STDERR $@;
	$count{failed}++;
}
$count{failed}++ unless $count{passed} + $count{failed} + $count{skipped};
print "$count{passed} passed, $count{failed} failed", $count{skipped} ? ", $count{skipped} skipped" : '', "\n";
exit($count{failed} ? 1 : 0);
