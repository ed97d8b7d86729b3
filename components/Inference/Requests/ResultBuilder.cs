using Serverless.Inference.Sequences;

namespace Serverless.Inference.Requests;

/// <summary>Makes the result of a group that has ended. Text that the loop did not need is decoded here, on the caller's thread.</summary>
internal static class ResultBuilder
{
    public static GenerationResult Build(SequenceGroup group, RequestPreparation preparation, TimeProvider time)
    {
        var completions = new Completion[group.N];
        for (int i = 0; i < completions.Length; i++)
        {
            // A request that was cancelled early has sequences that never came to be.
            completions[i] = group.Sequences[i] is { FinishReason: { } reason } sequence
                ? new Completion(i, Text(sequence, preparation), sequence.Output.ToArray(), reason, Logprobs(sequence))
                : new Completion(i, "", [], FinishReason.Cancelled);
        }

        return new GenerationResult
        {
            Request = group.Request,
            Completions = completions,
            NumInputTokens = group.PromptLength,
            NumCachedTokens = Math.Max(0, group.CachedTokens),
            TimeTaken = time.GetElapsedTime(group.Times.Submitted, group.Times.Finished),
            Error = group.Error,
        };
    }

    public static GenerationResult Failed(GenerationRequest request, InferenceException error) => new()
    {
        Request = request,
        NumInputTokens = request.PromptTokenIds?.Length ?? 0,
        Error = new GenerationError(error.Code, error.Message),
    };

    private static string Text(Sequence sequence, RequestPreparation preparation)
    {
        if (sequence.Text is { } grown)
        {
            // Cancelled in the middle: what was held back is text after all.
            grown.Flush();
            return grown.ToString();
        }

        return preparation.Decode(sequence);
    }

    private static List<TokenLogprobs>? Logprobs(Sequence sequence) =>
        sequence.Group.Sampling.Params.Logprobs is null ? null : sequence.Logprobs ?? [];
}
