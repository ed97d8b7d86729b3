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
        foreach (var chunk in plan.Chunks)
        {
            var (sequence, start, count) = chunk;
            ReadOnlySpan<int> pending = [~chunk.PendingSample];
            Write(chunk.PendingSample >= 0 ? pending : sequence.Tokens.Slice(start, count), start, sequence.Blocks.Ids);
        }
    }

    /// <summary>Adds rows that belong to no sequence and write to a slot that nobody reads, up to a number of rows that is worth having.</summary>
    public void Pad(int rows, int unusedSlot)
    {
        int start = Layout.RowCount;
        Layout.Tokens.AsSpan(start, rows - start).Clear();
        Layout.Positions.AsSpan(start, rows - start).Clear();
        Layout.Slots.AsSpan(start, rows - start).Fill(unusedSlot);
        Layout.RowCount = rows;
    }

    /// <summary>Lists the rows whose logits a step's samples need, each once.</summary>
    /// <param name="plan">The step.</param>
    /// <param name="rowOfSample">[samples] receives the place of each sample's row in the list.</param>
    public void ListLogitRows(StepPlan plan, Span<int> rowOfSample)
    {
        Layout.LogitCount = 0;
        int chunk = -1;
        for (int i = 0; i < plan.Samples.Count; i++)
        {
            if (plan.Samples[i].Chunk != chunk)
            {
                chunk = plan.Samples[i].Chunk;
                Layout.LogitRows[Layout.LogitCount++] = lastRows[chunk];
            }

            rowOfSample[i] = Layout.LogitCount - 1;
        }
    }

    /// <summary>Empties the layout.</summary>
    public void Clear()
    {
        Layout.RowCount = 0;
        Layout.SequenceCount = 0;
        Layout.LogitCount = 0;
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
