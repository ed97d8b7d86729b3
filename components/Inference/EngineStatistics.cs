namespace Serverless.Inference;

/// <summary>What an engine is doing and has done since it was loaded. A snapshot, at most one step old.</summary>
public sealed record EngineStatistics
{
    /// <summary>Sequences that run.</summary>
    public int Running { get; init; }

    /// <summary>Requests that wait in the engine, and sequences that were preempted and will go on.</summary>
    public int Waiting { get; init; }

    /// <summary>Blocks of the KV cache.</summary>
    public int KvBlocks { get; init; }

    /// <summary>Blocks that running sequences hold.</summary>
    public int KvBlocksInUse { get; init; }

    /// <summary>Tokens whose keys and values were computed in prompts (including those computed anew after preemption).</summary>
    public long PromptTokens { get; init; }

    /// <summary>Tokens sampled.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>Tokens that were looked up in the prefix cache.</summary>
    public long PrefixTokensAsked { get; init; }

    /// <summary>Those among them that were found, and so not computed.</summary>
    public long PrefixTokensFound { get; init; }

    /// <summary>Share of looked-up tokens that were found, 0 .. 1.</summary>
    public double PrefixHitRate => PrefixTokensAsked == 0 ? 0 : (double)PrefixTokensFound / PrefixTokensAsked;

    /// <summary>Sequences that gave their KV blocks to older ones and were computed anew.</summary>
    public long Preemptions { get; init; }

    /// <summary>Requests that ended, in whatever way.</summary>
    public long FinishedRequests { get; init; }

    /// <summary>Steps run.</summary>
    public long Steps { get; init; }

    /// <summary>Time spent in steps; the rest of the time there was nothing to do.</summary>
    public TimeSpan BusyTime { get; init; }
}
