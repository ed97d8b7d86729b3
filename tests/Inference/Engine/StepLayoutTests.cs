using Serverless.Inference.Kernels;

namespace Serverless.Inference.Tests.Engine;

public sealed class StepLayoutTests
{
    [Theory]
    [InlineData(64, 10, 10, true)]
    [InlineData(63, 10, 10, false)]
    [InlineData(64, 10, 11, false)]
    [InlineData(201, 10, 31, true)]
    [InlineData(201, 10, 33, false)]
    [InlineData(1024, 2000, 32000, true)]
    [InlineData(1024, 2000, 32768, false)]
    public void Lengths_are_even_if_the_longest_has_a_64th_of_all_tokens_at_most(int sequences, int length, int longest, bool expected)
    {
        // Two rows each: the last one says how long a sequence is.
        var positions = Enumerable.Range(0, sequences).SelectMany(i => (int[])[0, (i == 7 ? longest : length) - 1]);
        new StepLayout
        {
            RowCount = 2 * sequences,
            SequenceCount = sequences,
            Tokens = new int[2 * sequences],
            Positions = [.. positions],
            Slots = new int[2 * sequences],
            SequenceStarts = [.. Enumerable.Range(0, sequences + 1).Select(i => 2 * i)],
            BlockTables = [],
            MaxBlocks = 0,
            BlockSize = 16,
            LogitRows = [],
        }.HasEvenLengths().ShouldBe(expected);
    }

    [Fact]
    public void Nothing_is_not_even() => new StepLayout
    {
        Tokens = [], Positions = [], Slots = [], SequenceStarts = [0], BlockTables = [], MaxBlocks = 0, BlockSize = 16, LogitRows = [],
    }.HasEvenLengths().ShouldBeFalse();
}
