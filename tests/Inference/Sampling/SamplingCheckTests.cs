using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Sampling;

public sealed class SamplingCheckTests
{
    public static TheoryData<string, SamplingParams, string> Wrong => new()
    {
        { "n", new() { N = 0 }, "n must be from 1 to max_num_seqs (8); found 0." },
        { "n above the engine's", new() { N = 9 }, "n must be from 1 to max_num_seqs (8); found 9." },
        { "temperature", new() { Temperature = -0.5f }, "temperature must be 0 (greedy) or above; found -0.5." },
        { "temperature NaN", new() { Temperature = float.NaN }, "temperature must be 0 (greedy) or above; found NaN." },
        { "top_p", new() { TopP = 0 }, "top_p must be above 0 and at most 1; found 0." },
        { "top_p above", new() { TopP = 1.5f }, "top_p must be above 0 and at most 1; found 1.5." },
        { "top_k", new() { TopK = -2 }, "top_k must be 0 or -1 (all tokens), or at least 1; found -2." },
        { "min_p", new() { MinP = 1.1f }, "min_p must be from 0 to 1; found 1.1." },
        { "repetition_penalty", new() { RepetitionPenalty = 0 }, "repetition_penalty must be above 0; found 0." },
        { "presence_penalty", new() { PresencePenalty = 3 }, "presence_penalty must be from -2 to 2; found 3." },
        { "frequency_penalty", new() { FrequencyPenalty = -3 }, "frequency_penalty must be from -2 to 2; found -3." },
        { "max_tokens", new() { MaxTokens = 0 }, "max_tokens must be at least 1; found 0." },
        { "min_tokens", new() { MinTokens = 20 }, "min_tokens must be from 0 to max_tokens (16); found 20." },
        { "logprobs", new() { Logprobs = 21 }, "logprobs must be from 0 to 20; found 21." },
        { "stop", new() { Stop = ["x", ""] }, "stop must be texts of at least one character; found an empty text." },
        { "stop_token_ids", new() { StopTokenIds = [100] }, "stop_token_ids must be token ids from 0 to 99; found 100." },
        { "logit_bias", new() { LogitBias = new Dictionary<int, float> { [-1] = 1 } }, "logit_bias must be token ids from 0 to 99; found -1." },
        { "logit_bias value", new() { LogitBias = new Dictionary<int, float> { [5] = float.NaN } }, "logit_bias of token 5 must be a finite number; found NaN." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_value_out_of_range_is_refused_with_field_range_and_value(string field, SamplingParams sampling, string message)
    {
        var error = Should.Throw<InferenceException>(() => SamplingCheck.Validate(sampling, 100, 8), field);
        error.Code.ShouldBe(InferenceErrorCodes.InvalidRequest);
        error.Message.ShouldBe(message);
    }

    [Fact]
    public void Values_at_the_ends_of_their_ranges_are_fine() => SamplingCheck.Validate(
        new SamplingParams
        {
            N = 8, Temperature = 0, TopP = 1, TopK = -1, MinP = 1, PresencePenalty = -2, FrequencyPenalty = 2,
            MaxTokens = 1, MinTokens = 1, Logprobs = 0, StopTokenIds = [0, 99],
        },
        100,
        8);
}
