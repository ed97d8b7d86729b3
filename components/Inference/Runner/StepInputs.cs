using Serverless.Inference.Kernels;
using Serverless.Inference.Scheduling;

namespace Serverless.Inference.Runner;

/// <summary>Writes a step's plan into the layout that kernels read.</summary>
internal sealed class StepInputs
{
    private readonly int blockSize;
    private readonly int[] lastRows;

    public StepInputs(EngineLimits limits)
    {
        blockSize = limits.KvShape.BlockSize;
        lastRows = new int[limits.MaxSequences];
        int maxBlocks = (limits.MaxModelLen + blockSize - 1) / blockSize;
        Layout = new StepLayout
        {
            Tokens = new int[limits.MaxBatchedTokens],
            Positions = new int[limits.MaxBatchedTokens],
            Slots = new int[limits.MaxBatchedTokens],
            SequenceStarts = new int[limits.MaxSequences + 1],
            BlockTables = new int[limits.MaxSequences * maxBlocks],
            MaxBlocks = maxBlocks,
            BlockSize = blockSize,
            LogitRows = new int[limits.MaxSequences],
        };
    }

    /// <summary>The layout of the step that was written last.</summary>
    public StepLayout Layout { get; }

    /// <summary>The last row of each chunk.</summary>
    public ReadOnlySpan<int> LastRows => lastRows.AsSpan(0, Layout.SequenceCount);

    public void Write(StepPlan plan)
    {
        Layout.RowCount = 0;
        Layout.SequenceCount = 0;
        foreach (var (sequence, start, count) in plan.Chunks) Write(sequence.Tokens.Slice(start, count), start, sequence.Blocks.Ids);
    }

    /// <summary>Writes a step of one sequence.</summary>
    public void WriteAlone(ReadOnlySpan<int> tokens, int start, ReadOnlySpan<int> blocks)
    {
        Layout.RowCount = 0;
        Layout.SequenceCount = 0;
        Write(tokens, start, blocks);
    }

    private void Write(ReadOnlySpan<int> tokens, int start, ReadOnlySpan<int> blocks)
    {
        int row = Layout.RowCount;
        int sequence = Layout.SequenceCount;
        tokens.CopyTo(Layout.Tokens.AsSpan(row));
        blocks.CopyTo(Layout.BlockTables.AsSpan(sequence * Layout.MaxBlocks));
        for (int i = 0; i < tokens.Length; i++)
        {
            int position = start + i;
            Layout.Positions[row + i] = position;
            Layout.Slots[row + i] = (blocks[position / blockSize] * blockSize) + (position % blockSize);
        }

        Layout.SequenceStarts[sequence] = row;
        Layout.SequenceStarts[sequence + 1] = row + tokens.Length;
        lastRows[sequence] = row + tokens.Length - 1;
        Layout.RowCount += tokens.Length;
        Layout.SequenceCount++;
    }
}
