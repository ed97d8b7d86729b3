using Serverless.Inference.Blocks;
using Serverless.Inference.Requests;
using Serverless.Inference.Sampling;
using Serverless.Inference.Scheduling;

namespace Serverless.Inference.Sequences;

/// <summary>
/// One request under way: its prompt, its sampling, and its <c>n</c> sequences. Made on the caller's thread; from submission on
/// it belongs to the engine's loop, and after its end to whoever receives it.
/// </summary>
internal sealed class SequenceGroup
{
    private readonly Sequence?[] sequences;
    private int unfinished;

    /// <summary>Makes the group of a prepared request.</summary>
    /// <param name="request">The request, prepared and checked.</param>
    /// <param name="sampling">The same, in the form the loop needs.</param>
    /// <param name="maxTokens">Most new tokens, already cut to the context.</param>
    /// <param name="output">Where its results go.</param>
    public SequenceGroup(GenerationRequest request, SamplingPlan sampling, int maxTokens, IGroupOutput output)
    {
        Request = request;
        Sampling = sampling;
        MaxTokens = maxTokens;
        Output = output;
        int[] prompt = request.PromptTokenIds!;
        PromptLength = prompt.Length;
        sequences = new Sequence?[sampling.Params.N];
        unfinished = sequences.Length;
        sequences[0] = new Sequence(this, prompt, new BlockTable(new HashChain(BlockHash.Root(request.Tenant))));
    }

    /// <summary>The request as it was prepared.</summary>
    public GenerationRequest Request { get; }

    /// <summary>How to sample.</summary>
    public SamplingPlan Sampling { get; }

    /// <summary>Where its results go.</summary>
    public IGroupOutput Output { get; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength { get; }

    /// <summary>Most new tokens of each sequence.</summary>
    public int MaxTokens { get; }

    /// <summary>The completion that computes the prompt.</summary>
    public Sequence First => sequences[0]!;

    /// <summary>The completions by index; those after the first are null until the prompt is computed.</summary>
    public ReadOnlySpan<Sequence?> Sequences => sequences;

    /// <summary>Completions that were asked for.</summary>
    public int N => sequences.Length;

    /// <summary>Whether all completions exist.</summary>
    public bool IsForked => N == 1 || sequences[^1] is not null;

    /// <summary>Leading prompt tokens that were found in the prefix cache; -1 before it first ran.</summary>
    public int CachedTokens { get; set; } = -1;

    /// <summary>The queue of its job.</summary>
    public JobQueue? Job { get; set; }

    /// <summary>Place in the order of admission.</summary>
    public long Admission { get; set; } = -1;

    /// <summary>When it was submitted and when it ended, in the time provider's timestamps.</summary>
    public (long Submitted, long Finished) Times { get; set; }

    /// <summary>Whether the loop itself must know the text as it grows.</summary>
    public bool NeedsText => Output.IsStreaming || Sampling.Params.Stop.Count > 0;

    /// <summary>Whether a token's choice depends on all tokens before it, so that the last one must be known when the next step begins.</summary>
    public bool NeedsHistory => Sampling.HasPenalties;

    /// <summary>Tells the loop when the request's own token is cancelled.</summary>
    public CancellationTokenRegistration Registration { get; set; }

    /// <summary>What went wrong while it ran.</summary>
    public GenerationError? Error { get; set; }

    /// <summary>Whether its caller no longer wants it.</summary>
    public bool IsCancelled => Request.CancellationToken.IsCancellationRequested || Output.IsCancelled;

    /// <summary>Makes the other completions, which go on from the computed prompt.</summary>
    public void Fork()
    {
        for (int i = 1; i < sequences.Length; i++) sequences[i] = First.Fork(i);
    }

    /// <summary>Notes that one of its sequences ended; true when it was the last one.</summary>
    public bool EndOne() => --unfinished == 0;
}
