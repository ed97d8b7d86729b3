using Serverless.Inference.Requests;
using Serverless.Inference.Sampling;
using Serverless.Inference.Sequences;

namespace Serverless.Inference.Tests.Sampling;

/// <summary>Takes what becomes of groups in tests that have no engine.</summary>
internal sealed class FakeOutput : IGroupOutput
{
    public List<SequenceGroup> Ended { get; } = [];

    public bool IsStreaming => false;

    public bool IsCancelled { get; set; }

    public void Grown(Sequence sequence, string text, int token)
    {
    }

    public void Finished(SequenceGroup group) => Ended.Add(group);

    public void Failed(Exception error) => throw error;

    /// <summary>A group as the engine would make it.</summary>
    public SequenceGroup Group(int[] prompt, SamplingParams sampling, string job = "", string tenant = "", int[]? eos = null, CancellationToken cancellation = default)
    {
        var request = new GenerationRequest
        {
            PromptTokenIds = prompt, SamplingParams = sampling, Job = job, Tenant = tenant, CancellationToken = cancellation,
        };
        return new SequenceGroup(request, new SamplingPlan(sampling, eos ?? [], 0, prompt), sampling.MaxTokens, this);
    }
}
