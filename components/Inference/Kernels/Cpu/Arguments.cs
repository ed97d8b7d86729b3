namespace Serverless.Inference.Kernels.Cpu;

/// <summary>Checks before raw memory is touched.</summary>
internal static class Arguments
{
    public static void CheckBytes(long bytes, DType type, int rows, int columns)
    {
        long expected = (long)rows * columns * Numbers.SourceBytes(type);
        if (bytes != expected)
        {
            throw new ArgumentException($"The data of a [{rows}, {columns}] {type} tensor takes {expected} bytes; {bytes} were given.", nameof(bytes));
        }
    }

    public static void CheckIndex(int index, int count, string what)
    {
        if ((uint)index >= (uint)count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"This {what} does not exist; there are {count}.");
        }
    }

    public static void CheckRows(Tensor tensor, int rows)
    {
        if ((uint)rows > (uint)tensor.Rows)
        {
            throw new ArgumentException($"{rows} rows are asked of a tensor with room for {tensor.Rows}.", nameof(rows));
        }
    }

    public static void CheckColumns(Tensor tensor, int columns)
    {
        if (tensor.Columns != columns)
        {
            throw new ArgumentException($"A tensor of {columns} columns is needed here; this one has {tensor.Columns}.", nameof(tensor));
        }
    }

    public static void CheckSame(Tensor tensor, int rows, int columns)
    {
        CheckRows(tensor, rows);
        CheckColumns(tensor, columns);
    }

    public static void CheckLength(Vector vector, int length)
    {
        if (vector.Length != length)
        {
            throw new ArgumentException($"A vector of {length} numbers is needed here; this one has {vector.Length}.", nameof(vector));
        }
    }

    public static void CheckGroups(Tensor tensor, Vector weight)
    {
        if (tensor.Columns % weight.Length != 0)
        {
            throw new ArgumentException($"{tensor.Columns} columns are not whole groups of the norm's {weight.Length} weights.", nameof(weight));
        }
    }

    public static void CheckRotary(Tensor qkv, RotaryTable rotary, HeadNorm? norm, StepLayout layout, KvCacheShape shape, int layer)
    {
        CheckIndex(layer, shape.Layers, "layer");
        CheckSame(qkv, layout.RowCount, (rotary.QueryHeads + (2 * shape.KvHeads)) * shape.HeadSize);
        if (rotary.RotarySize % 2 != 0 || rotary.RotarySize > shape.HeadSize)
        {
            throw new ArgumentException($"RotarySize is {rotary.RotarySize}; it must be even and at most the head size {shape.HeadSize}.", nameof(rotary));
        }

        if (norm != null)
        {
            CheckLength(norm.Query, shape.HeadSize);
            CheckLength(norm.Key, shape.HeadSize);
        }

        int half = rotary.RotarySize / 2;
        int positions = half == 0 ? int.MaxValue : Math.Min(rotary.Cos.Length, rotary.Sin.Length) / half;
        for (int row = 0; row < layout.RowCount; row++)
        {
            CheckIndex(layout.Positions[row], positions, "position of the rotary table");
            CheckIndex(layout.Slots[row], shape.Blocks * shape.BlockSize, "KV slot");
        }
    }

    public static void CheckAttention(Tensor qkv, StepLayout layout, KvCacheShape shape, int layer, int? window, Tensor output)
    {
        CheckIndex(layer, shape.Layers, "layer");
        CheckRows(qkv, layout.RowCount);
        CheckRows(output, layout.RowCount);
        int queryHeads = (qkv.Columns / shape.HeadSize) - (2 * shape.KvHeads);
        if (queryHeads <= 0 || queryHeads % shape.KvHeads != 0 || qkv.Columns % shape.HeadSize != 0)
        {
            throw new ArgumentException($"{qkv.Columns} columns are not query, key and value heads of {shape.HeadSize} numbers with {shape.KvHeads} KV heads.", nameof(qkv));
        }

        CheckColumns(output, queryHeads * shape.HeadSize);
        if (window is <= 0)
        {
            throw new ArgumentException($"The attention window is {window}; it must be positive.", nameof(window));
        }

        for (int sequence = 0; sequence < layout.SequenceCount; sequence++)
        {
            int last = layout.SequenceStarts[sequence + 1] - 1;
            if (last < layout.SequenceStarts[sequence])
            {
                continue;
            }

            int end = layout.Positions[last] + 1;
            int begin = Math.Max(0, layout.Positions[layout.SequenceStarts[sequence]] + 1 - (window ?? int.MaxValue));
            int blocks = (end + shape.BlockSize - 1) / shape.BlockSize;
            CheckIndex(blocks - 1, layout.MaxBlocks, "entry of a block table");
            for (int i = begin / shape.BlockSize; i < blocks; i++)
            {
                CheckIndex(layout.BlockTables[(sequence * layout.MaxBlocks) + i], shape.Blocks, "KV block");
            }
        }
    }
}
