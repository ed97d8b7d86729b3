namespace Serverless.Benchmarks.Generation;

/// <summary>What both engines are asked for. All runs are greedy and ignore the end of sequence, so that the work is the same.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Sequences">Prompts at once.</param>
/// <param name="PromptTokens">Tokens of each.</param>
/// <param name="NewTokens">New tokens of each.</param>
public sealed record Workload(string Name, int Sequences, int PromptTokens, int NewTokens)
{
    /// <summary>Latency: one sequence.</summary>
    public static readonly Workload Single = new("1 sequence, 16 + 128 tokens", 1, 16, 128);

    /// <summary>Throughput: 32 sequences in every step.</summary>
    public static readonly Workload Batch = new("32 sequences, 16 + 64 tokens", 32, 16, 64);

    /// <summary>Reading: a long prompt and one token.</summary>
    public static readonly Workload Prefill = new("prompt of 512 tokens", 1, 512, 1);

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<Workload> All = [Single, Batch, Prefill];

    /// <summary>Tokens that count: the new ones, or those of the prompt where only reading is measured.</summary>
    public int Counted => Sequences * (NewTokens == 1 ? PromptTokens : NewTokens);

    /// <summary>The prompts, the same on every run and no two with an equal beginning.</summary>
    public int[][] Prompts(int vocabulary)
    {
        var random = new Random(PromptTokens);
        int[] Prompt() => [.. Enumerable.Range(0, PromptTokens).Select(_ => random.Next(vocabulary - 1))];
        return [.. Enumerable.Range(0, Sequences).Select(_ => Prompt())];
    }
}
