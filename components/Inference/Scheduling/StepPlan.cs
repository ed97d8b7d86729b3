using Serverless.Inference.Kernels;
using Serverless.Inference.Sequences;

namespace Serverless.Inference.Scheduling;

/// <summary>What one step computes. Reused from step to step; the scheduler fills it, the runner executes it.</summary>
internal sealed class StepPlan
{
    /// <summary>Tokens to compute, sequence by sequence.</summary>
    public List<Chunk> Chunks { get; } = [];

    /// <summary>Tokens to sample, ordered by <see cref="Sample.Chunk"/>.</summary>
    public List<Sample> Samples { get; } = [];

    /// <summary>KV blocks to copy, in this order, before anything is computed.</summary>
    public List<BlockCopy> Copies { get; } = [];

    /// <summary>Whether sequences begin or resume with this step; they may share blocks that it writes.</summary>
    public bool Admits { get; set; }

    /// <summary>Tokens of all chunks.</summary>
    public int RowCount { get; private set; }

    public void Clear()
    {
        Chunks.Clear();
        Samples.Clear();
        Copies.Clear();
        RowCount = 0;
        Admits = false;
    }

    public void Add(Chunk chunk)
    {
        Chunks.Add(chunk);
        RowCount += chunk.Count;
    }

    /// <summary>Asks for the token that follows the last chunk.</summary>
    public void AddSample(Sequence sequence)
    {
        sequence.Expect(Samples.Count);
        Samples.Add(new Sample(sequence, Chunks.Count - 1));
    }
}

/// <summary>Consecutive tokens of one sequence whose keys and values a step computes.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Start">Position of the first.</param>
/// <param name="Count">How many.</param>
internal readonly record struct Chunk(Sequence Sequence, int Start, int Count)
{
    /// <summary>If the token is pending: its index among the samples of the step before; else -1.</summary>
    public int PendingSample { get; init; } = -1;
}

/// <summary>A token to sample from the logits of a chunk's last row. Several sequences sample from one row when a prompt has forked.</summary>
/// <param name="Sequence">The sequence that it continues.</param>
/// <param name="Chunk">Index of the chunk.</param>
internal readonly record struct Sample(Sequence Sequence, int Chunk);
