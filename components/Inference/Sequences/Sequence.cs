using Serverless.Inference.Blocks;
using Serverless.Inference.Sampling;

namespace Serverless.Inference.Sequences;

/// <summary>One completion in progress: the prompt and what was generated so far, and where its keys and values lie. Belongs to the engine's loop.</summary>
internal sealed class Sequence
{
    private int[] tokens;
    private TokenCounts? counts;

    /// <summary>The first completion of a group; the others are forked from it when the prompt is computed.</summary>
    public Sequence(SequenceGroup group, ReadOnlySpan<int> prompt, BlockTable blocks)
    {
        Group = group;
        Blocks = blocks;
        tokens = new int[prompt.Length + Math.Min(group.MaxTokens, 64)];
        prompt.CopyTo(tokens);
        Count = prompt.Length;
    }

    private Sequence(Sequence parent, int index)
    {
        Group = parent.Group;
        Index = index;
        Blocks = new BlockTable(parent.Blocks.Hashes.Fork());
        tokens = [.. parent.tokens];
        Count = parent.Count;
        Computed = parent.Computed;
    }

    /// <summary>The request that it completes.</summary>
    public SequenceGroup Group { get; }

    /// <summary>Which of the group's completions, from 0.</summary>
    public int Index { get; }

    /// <summary>Prompt and completion so far.</summary>
    public ReadOnlySpan<int> Tokens => tokens.AsSpan(0, Count);

    /// <summary>The completion so far.</summary>
    public ReadOnlySpan<int> Output => tokens.AsSpan(Group.PromptLength, Count - Group.PromptLength);

    /// <summary>Tokens of prompt and completion so far.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens of the completion so far.</summary>
    public int OutputCount => Count - Group.PromptLength;

    /// <summary>Tokens that steps under way will sample; their places follow those of <see cref="Tokens"/>.</summary>
    public int Pending { get; private set; }

    /// <summary>Index of the last pending token among the samples of its step.</summary>
    public int PendingSample { get; private set; }

    /// <summary>Tokens of prompt and completion, known and pending.</summary>
    public int Length => Count + Pending;

    /// <summary>Leading tokens whose keys and values are in the cache, or will be when the step that was scheduled last has run.</summary>
    public int Computed { get; set; }

    /// <summary>Its part of the KV cache.</summary>
    public BlockTable Blocks { get; }

    /// <summary>Whether it is one of the sequences that run.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Why it ended; null while it goes on.</summary>
    public FinishReason? FinishReason { get; set; }

    /// <summary>One entry a token, if asked for.</summary>
    public List<TokenLogprobs>? Logprobs { get; set; }

    /// <summary>The text so far, if the loop needs it: for stop strings and for streaming.</summary>
    public CompletionText? Text { get; set; }

    /// <summary>How often each token occurred, for penalties: counted when first asked for, and kept since.</summary>
    public TokenCounts CountTokens() =>
        counts ??= new TokenCounts(Group.Sampling.Params.RepetitionPenalty == 1 ? [] : Tokens[..Group.PromptLength], Output);

    /// <summary>A step will sample the next token.</summary>
    /// <param name="sample">Index among the step's samples.</param>
    public void Expect(int sample)
    {
        Pending++;
        PendingSample = sample;
    }

    /// <summary>Adds a token that was sampled, the oldest that is pending.</summary>
    public void Append(int token)
    {
        if (Pending > 0) Pending--;
        if (Count == tokens.Length) Array.Resize(ref tokens, tokens.Length * 2);
        tokens[Count++] = token;
        counts?.AddOutput(token);
    }

    /// <summary>Another completion of the same prompt, with no blocks yet.</summary>
    public Sequence Fork(int index) => new(this, index);
}
