using Serverless.Inference.Kernels;

namespace Serverless.Inference.Tests.Engine;

public sealed class StepLayoutTests
{
    [Fact]
    public void A_sequence_has_as_many_tokens_as_its_last_row_says() => new StepLayout
    {
        RowCount = 6,
        SequenceCount = 3,
        Tokens = new int[6],
        Positions = [8, 9, 0, 40, 41, 42],
        Slots = new int[6],
        SequenceStarts = [0, 2, 3, 6],
        BlockTables = [],
        MaxBlocks = 0,
        BlockSize = 16,
    }.CountTokens().ShouldBe((54, 43));

    [Fact]
    public void A_step_without_sequences_has_no_tokens() => new StepLayout
    {
        Tokens = [], Positions = [], Slots = [], SequenceStarts = [0], BlockTables = [], MaxBlocks = 0, BlockSize = 16,
    }.CountTokens().ShouldBe((0, 0));
}
