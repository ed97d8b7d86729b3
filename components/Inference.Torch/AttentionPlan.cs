namespace Serverless.Inference.Torch;

/// <summary>
/// Cuts a step's attention into parts of one shape: sequences with as many rows and as many keys each. A chunk of a prompt is one sequence's
/// rows, some at a time; sequences with one row are taken together, padded to the longest of them.
/// </summary>
internal static class AttentionPlan
{
    // Of one head, so many scores at a time: 4 MiB.
    private const int MaxScores = 1 << 20;

    // Keys that are gathered at a time where there are several sequences.
    private const int MaxKeys = 1 << 14;

    /// <summary>The parts; together every row of every sequence once.</summary>
    /// <param name="layout">The step.</param>
    /// <param name="window">Positions that a row sees; null for all.</param>
    public static IEnumerable<AttentionPart> Of(StepLayout layout, int? window)
    {
        var singles = new List<int>();
        for (int sequence = 0; sequence < layout.SequenceCount; sequence++)
        {
            int start = layout.SequenceStarts[sequence];
            int count = layout.SequenceStarts[sequence + 1] - start;
            if (count == 1) singles.Add(sequence);
            for (int first = 0; count > 1 && first < count;)
            {
                int rows = Math.Min(count - first, Math.Max(1, MaxScores / (layout.Positions[start + count - 1] + 1)));
                yield return Part(layout, window, [sequence], start + first, rows);
                first += rows;
            }
        }

        // The longest first, so that those of a part are about as long.
        singles.Sort((one, other) => Keys(other) - Keys(one));
        for (int first = 0; first < singles.Count;)
        {
            int count = Math.Min(singles.Count - first, Math.Max(1, MaxKeys / Keys(singles[first])));
            yield return Part(layout, window, singles.GetRange(first, count), null, 1);
            first += count;
        }

        int Keys(int sequence) => Math.Min(layout.Positions[layout.SequenceStarts[sequence]] + 1, window ?? int.MaxValue);
    }

    /// <param name="layout">The step.</param>
    /// <param name="window">Positions that a row sees.</param>
    /// <param name="sequences">The sequences.</param>
    /// <param name="firstRow">The first row of the one sequence; null for the first of each.</param>
    /// <param name="rowsEach">Rows of each.</param>
    private static AttentionPart Part(StepLayout layout, int? window, List<int> sequences, int? firstRow, int rowsEach)
    {
        long[] rows = new long[sequences.Count * rowsEach];
        long[] firstKeys = new long[sequences.Count];
        int keys = 0;
        for (int i = 0; i < sequences.Count; i++)
        {
            int first = firstRow ?? layout.SequenceStarts[sequences[i]];
            for (int row = 0; row < rowsEach; row++) rows[(i * rowsEach) + row] = first + row;
            firstKeys[i] = Math.Max(0, layout.Positions[first] + 1 - (window ?? int.MaxValue));
            keys = Math.Max(keys, layout.Positions[first + rowsEach - 1] + 1 - (int)firstKeys[i]);
        }

        long[] slots = new long[sequences.Count * keys];
        for (int i = 0; i < sequences.Count; i++)
        {
            int last = layout.Positions[rows[((i + 1) * rowsEach) - 1]];
            var table = layout.BlockTables.AsSpan(sequences[i] * layout.MaxBlocks, layout.MaxBlocks);
            for (int key = 0; key < keys; key++)
            {
                // Padding repeats the last key: what it hides has to be a number, and another sequence's might be none.
                int position = (int)Math.Min(firstKeys[i] + key, last);
                slots[(i * keys) + key] = ((long)table[position / layout.BlockSize] * layout.BlockSize) + (position % layout.BlockSize);
            }
        }

        return new AttentionPart(sequences.Count, rowsEach, keys, rows, firstKeys, slots);
    }
}

/// <summary>Sequences with as many rows and as many keys each.</summary>
/// <param name="Sequences">Sequences.</param>
/// <param name="RowsEach">Rows of each.</param>
/// <param name="Keys">Keys of each, padded ones behind the position of the last row.</param>
/// <param name="Rows">[sequences * rows each] the rows.</param>
/// <param name="FirstKeys">[sequences] position of each first key.</param>
/// <param name="Slots">[sequences * keys] the KV slots of the keys.</param>
internal sealed record AttentionPart(int Sequences, int RowsEach, int Keys, long[] Rows, long[] FirstKeys, long[] Slots);
