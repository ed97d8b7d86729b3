using Serverless.Inference.Scheduling;

namespace Serverless.Inference.Runner;

/// <summary>
/// Executes steps in order. A device that works by itself has several under way: the next one is planned and handed over while it
/// computes, with tokens that it has not sampled yet as pending (<see cref="Chunk.PendingSample"/>). Used by one thread.
/// </summary>
internal interface IStepRunner : IDisposable
{
    /// <summary>Most steps that may have been started and not finished; at least 1.</summary>
    int MaxUnderWay { get; }

    /// <summary>Starts a step behind those under way. The plan stays as it is until the step is finished.</summary>
    void Start(StepPlan plan);

    /// <summary>Waits for the oldest step under way.</summary>
    /// <returns>What was sampled, in the order of its plan's samples; valid until the next call of either method.</returns>
    ReadOnlySpan<SampledToken> Finish();
}
