namespace Serverless.Inference.Kernels;

/// <summary>
/// One step's rows: the tokens of all scheduled sequences one after the other, each sequence with one or more tokens (a prefill
/// chunk, or the one token of a decode). Reused from step to step; the engine fills it, kernels read it.
/// </summary>
public sealed class StepLayout
{
    /// <summary>Rows of this step.</summary>
    public int RowCount { get; set; }

    /// <summary>Sequences of this step.</summary>
    public int SequenceCount { get; set; }

    /// <summary>[RowCount] token of each row.</summary>
    public required int[] Tokens { get; init; }

    /// <summary>[RowCount] position of each row in its own sequence, from 0.</summary>
    public required int[] Positions { get; init; }

    /// <summary>[RowCount] KV slot of each row: block * BlockSize + offset.</summary>
    public required int[] Slots { get; init; }

    /// <summary>
    /// Whether every row is the only one of its sequence, and keys and values of all tokens before it were written by earlier steps: no
    /// sequence of this step has found them in the prefix cache where another writes them now. Default: false, which is always right.
    /// </summary>
    public bool PastIsComplete { get; set; }

    /// <summary>
    /// Whether sequences are so many and so short that a backend does best to leave the work of each to few threads; the backend can tell.
    /// Default: false, which is always right.
    /// </summary>
    public bool LengthsAreShort { get; set; }

    /// <summary>Rows whose logits are wanted.</summary>
    public int LogitCount { get; set; }

    /// <summary>[LogitCount] the rows.</summary>
    public int[] LogitRows { get; init; } = [];

    /// <summary>[SequenceCount + 1] first row of each sequence; its rows have consecutive positions.</summary>
    public required int[] SequenceStarts { get; init; }

    /// <summary>[SequenceCount * MaxBlocks] block tables; table of sequence s starts at s * MaxBlocks.</summary>
    public required int[] BlockTables { get; init; }

    /// <summary>Stride of <see cref="BlockTables"/>.</summary>
    public required int MaxBlocks { get; init; }

    /// <summary>Tokens of one KV block.</summary>
    public required int BlockSize { get; init; }

    /// <summary>Tokens of all sequences, those of this step included, and of the longest.</summary>
    public (long All, int Longest) CountTokens()
    {
        long all = 0;
        int longest = 0;
        for (int sequence = 0; sequence < SequenceCount; sequence++)
        {
            int length = Positions[SequenceStarts[sequence + 1] - 1] + 1;
            all += length;
            longest = Math.Max(longest, length);
        }

        return (all, longest);
    }
}
