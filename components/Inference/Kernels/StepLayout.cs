namespace Serverless.Inference.Kernels;

/// <summary>
/// One step's rows: the tokens of all scheduled sequences one after the other, each sequence with one or more tokens (a prefill
/// chunk, or the one token of a decode). Reused from step to step; the engine fills it, kernels read it.
/// </summary>
public sealed class StepLayout
{
    /// <summary>Fewer sequences than these never have even lengths.</summary>
    public const int LeastEvenSequences = 64;

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
    /// Whether no sequence is much longer than the others (<see cref="HasEvenLengths"/>), so that the work of each may be left to few threads.
    /// Default: false, which is always right.
    /// </summary>
    public bool LengthsAreEven { get; set; }

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

    /// <summary>
    /// Whether the longest sequence has at most one <see cref="LeastEvenSequences"/>th of all tokens: one that a few threads work at alone is then done
    /// about when memory has given all the others theirs (measured on an H200).
    /// </summary>
    public bool HasEvenLengths()
    {
        long all = 0, longest = 0;
        for (int sequence = 0; sequence < SequenceCount; sequence++)
        {
            int length = Positions[SequenceStarts[sequence + 1] - 1] + 1;
            all += length;
            longest = Math.Max(longest, length);
        }

        return SequenceCount >= LeastEvenSequences && longest * LeastEvenSequences <= all;
    }
}
