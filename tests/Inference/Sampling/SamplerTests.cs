using Serverless.Inference.Sampling;
using Serverless.Inference.Sequences;

namespace Serverless.Inference.Tests.Sampling;

public sealed class SamplerTests
{
    private static readonly float[] Logits = [0.1f, 2f, 1.5f, -1f, 1.9f, 0f, -3f, 0.5f, 1f, -0.5f];

    private readonly Sampler sampler = new(Logits.Length);

    [Fact]
    public void Zero_temperature_takes_the_best_token() => Sample(new SamplingParams { Temperature = 0 }).ShouldBe(1);

    [Fact]
    public void Of_equally_good_tokens_the_first_is_taken() =>
        new Sampler(9).Sample([0, 1, 1, 1, 1, 1, 1, 1, 1], Sequence(new SamplingParams { Temperature = 0 })).ShouldBe(1);

    [Theory]
    [InlineData(1f, 1f, 0, 0f)]
    [InlineData(0.5f, 1f, 0, 0f)]
    [InlineData(2f, 1f, 4, 0f)]
    [InlineData(1f, 0.6f, 0, 0f)]
    [InlineData(1f, 0.7f, 5, 0f)]
    [InlineData(1f, 1f, 0, 0.3f)]
    [InlineData(1f, 0.8f, 6, 0.2f)]
    public void Tokens_are_drawn_as_often_as_their_probability_says(float temperature, float topP, int topK, float minP)
    {
        const int draws = 20_000;
        var sampling = new SamplingParams { Temperature = temperature, TopP = topP, TopK = topK, MinP = minP, MaxTokens = draws, Seed = 11 };
        var sequence = Sequence(sampling);
        int[] counts = new int[Logits.Length];
        for (int i = 0; i < draws; i++)
        {
            int token = sampler.Sample(Logits, sequence);
            counts[token]++;
            sequence.Append(token);
        }

        double[] expected = Distribution(sampling);
        for (int token = 0; token < counts.Length; token++)
        {
            double deviation = Math.Sqrt(draws * expected[token] * (1 - expected[token]));
            ((double)counts[token]).ShouldBe(draws * expected[token], 5 * deviation + 1e-9, $"token {token}");
        }
    }

    [Fact]
    public void The_end_of_text_is_masked_until_min_tokens()
    {
        var sequence = Sequence(new SamplingParams { Temperature = 0, MinTokens = 2, StopTokenIds = [4] }, eos: [1]);
        for (int i = 0; i < 2; i++)
        {
            sampler.Sample(Logits, sequence).ShouldBe(2);
            sequence.Append(2);
        }

        sampler.Sample(Logits, sequence).ShouldBe(1);
    }

    [Fact]
    public void Logit_bias_is_added() =>
        Sample(new SamplingParams { Temperature = 0, LogitBias = new Dictionary<int, float> { [6] = 6, [1] = -1 } }).ShouldBe(6);

    [Fact]
    public void A_bias_does_not_bring_back_a_masked_token() =>
        Sample(new SamplingParams { Temperature = 0, MinTokens = 1, StopTokenIds = [1], LogitBias = new Dictionary<int, float> { [1] = 50 } }).ShouldBe(4);

    [Fact]
    public void The_repetition_penalty_counts_prompt_and_completion()
    {
        var sequence = Sequence(new SamplingParams { Temperature = 0, RepetitionPenalty = 4 }, prompt: [1]);
        sampler.Sample(Logits, sequence).ShouldBe(4, "2 / 4 is below 1.9");
        sequence.Append(4);
        sampler.Sample(Logits, sequence).ShouldBe(2);
    }

    [Fact]
    public void Presence_and_frequency_penalties_count_the_completion_only()
    {
        var sequence = Sequence(new SamplingParams { Temperature = 0, FrequencyPenalty = 0.06f }, prompt: [1, 1, 1, 1, 1]);
        sampler.Sample(Logits, sequence).ShouldBe(1);
        sequence.Append(1);
        sampler.Sample(Logits, sequence).ShouldBe(1, "2 - 0.06 is above 1.9");
        sequence.Append(1);
        sampler.Sample(Logits, sequence).ShouldBe(4, "2 - 0.12 is below 1.9");

        var other = Sequence(new SamplingParams { Temperature = 0, PresencePenalty = 0.2f }, prompt: [1]);
        sampler.Sample(Logits, other).ShouldBe(1);
        other.Append(1);
        sampler.Sample(Logits, other).ShouldBe(4);
    }

    [Fact]
    public void Log_probabilities_are_those_of_the_model_before_any_change()
    {
        var logprobs = sampler.Logprobs(Logits, 6, 3);
        double normaliser = Math.Log(Logits.Sum(logit => Math.Exp(logit)));
        logprobs.TokenId.ShouldBe(6);
        ((double)logprobs.Logprob).ShouldBe(-3 - normaliser, 1e-5);
        logprobs.Top.Select(t => t.TokenId).ShouldBe([1, 4, 2]);
        logprobs.Top.ShouldAllBe(t => Math.Abs(t.Logprob - (Logits[t.TokenId] - normaliser)) < 1e-5);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_not_finite_are_told_from_tokens(float bad)
    {
        float[] row = [.. Logits];
        row[3] = bad;
        sampler.Sample(row, Sequence(new SamplingParams())).ShouldBe(Sampler.NotFinite);
    }

    [Fact]
    public void The_draw_depends_on_seed_completion_and_position_alone()
    {
        var sampling = new SamplingParams { Seed = 3, MaxTokens = 50 };
        int[] first = Draws(new Sampler(Logits.Length), Sequence(sampling));
        int[] again = Draws(sampler, Sequence(sampling));
        int[] other = Draws(sampler, Sequence(sampling with { Seed = 4 }));
        again.ShouldBe(first);
        other.ShouldNotBe(first);

        int[] Draws(Sampler with, Sequence sequence) => [.. Enumerable.Range(0, 50).Select(_ =>
        {
            int token = with.Sample(Logits, sequence);
            sequence.Append(token);
            return token;
        })];
    }

    private int Sample(SamplingParams sampling) => sampler.Sample(Logits, Sequence(sampling));

    private static Sequence Sequence(SamplingParams sampling, int[]? prompt = null, int[]? eos = null) =>
        new FakeOutput().Group(prompt ?? [0], sampling, eos: eos).First;

    /// <summary>What vLLM's definition gives: temperature, min_p, top_k, then top_p of what is left.</summary>
    private static double[] Distribution(SamplingParams sampling)
    {
        double[] p = [.. Logits.Select(logit => Math.Exp(logit / sampling.Temperature))];
        Keep(p, t => p[t] >= sampling.MinP * p.Max());
        if (sampling.TopK > 0) Keep(p, [.. Order(p).Take(sampling.TopK)]);
        double mass = sampling.TopP * p.Sum();
        Keep(p, [.. Order(p).TakeWhile(t =>
        {
            bool wanted = mass > 0;
            mass -= p[t];
            return wanted;
        })]);
        double sum = p.Sum();
        return [.. p.Select(weight => weight / sum)];

        static IEnumerable<int> Order(double[] p) => Enumerable.Range(0, p.Length).OrderByDescending(t => p[t]).ToArray();
    }

    private static void Keep(double[] p, HashSet<int> tokens) => Keep(p, tokens.Contains);

    private static void Keep(double[] p, Func<int, bool> wanted)
    {
        bool[] keep = [.. Enumerable.Range(0, p.Length).Select(wanted)];
        for (int token = 0; token < p.Length; token++) p[token] = keep[token] ? p[token] : 0;
    }
}
