using Serverless.Inference.Runner;
using Serverless.Inference.Scheduling;

namespace Serverless.Inference.Tests.Engine;

/// <summary>A runner whose steps are calls of a function.</summary>
internal sealed class FunctionRunner(Func<StepPlan, SampledToken[]> run) : IStepRunner
{
    private SampledToken[] sampled = [];

    public int MaxUnderWay => 1;

    public void Start(StepPlan plan) => sampled = run(plan);

    public ReadOnlySpan<SampledToken> Finish() => sampled;

    public void Dispose()
    {
    }
}
