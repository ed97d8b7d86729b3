using Serverless.Inference;
using Serverless.Inference.Requests;
using Serverless.Inference.Runner;
using Serverless.Inference.Sampling;
using Serverless.Inference.Scheduling;
using Serverless.Inference.Sequences;

namespace Serverless.Conformance.Tests.Sampling;

/// <summary>What every sampler must do: choose the token that float64 chooses, from any logits and with any parameters.</summary>
public abstract class SamplingSuite
{
    private const int Rows = 12;

    // More than a card changes at once.
    private const int StepSamples = 100;

    private readonly Random random = new(17);

    /// <summary>Runs steps one after the other and returns their results.</summary>
    /// <param name="rows">Logits, each of one vocabulary.</param>
    /// <param name="steps">What is sampled, and from which row.</param>
    internal abstract SampledToken[][] Run(float[][] rows, IReadOnlyList<(StepPlan Plan, int[] RowOfSample)> steps);

    [Theory]
    [InlineData(1021, 4)]
    [InlineData(50_257, 3)]
    [InlineData(128_256, 2)]
    public void Tokens_are_those_that_float64_draws(int vocabulary, int steps)
    {
        float[][] rows = [.. Enumerable.Range(0, Rows).Select(i => Row(vocabulary, (i % 4) switch { 0 => 0.05f, 1 => 1, 2 => 3, _ => 20 }))];
        var plans = Enumerable.Range(0, steps).Select(_ => Step(Enumerable.Range(0, StepSamples).Select(_ => RandomSequence(vocabulary)))).ToList();
        var results = Run(rows, plans);
        int only = 0;
        for (int step = 0; step < steps; step++)
        {
            var (plan, rowOfSample) = plans[step];
            for (int i = 0; i < StepSamples; i++)
            {
                var sequence = plan.Samples[i].Sequence;
                float[] row = rows[rowOfSample[i]];
                int[] allowed = DrawReference.Allowed(row, sequence);
                allowed.ShouldContain(results[step][i].Token, $"step {step}, sample {i}: {sequence.Group.Sampling.Params}");
                if (allowed.Length == 1) only++;
                CheckLogprobs(row, sequence.Group.Sampling.Params.Logprobs, results[step][i]);
            }
        }

        only.ShouldBeGreaterThan(steps * StepSamples * 3 / 4, "float32 leaves little open");
    }

    [Fact]
    public void Of_equally_good_tokens_the_first_is_taken()
    {
        float[] row = Row(1021, 1);
        row[700] = row[33] = row[500] = 9;
        Sample(row, new SamplingParams { Temperature = 0 }).ShouldBe(33);
        Sample(row, new SamplingParams { TopK = 1, Seed = 5 }).ShouldBe(33);
        Sample(row, new SamplingParams { TopP = 1e-4f, Seed = 5 }).ShouldBe(33);
    }

    [Theory]
    [InlineData(0f, 0)]
    [InlineData(1f, 0)]
    [InlineData(1f, 50)]
    public void Rows_without_a_finite_maximum_give_no_token(float temperature, int topK)
    {
        const int vocabulary = 1021;
        float[] nan = Row(vocabulary, 1), infinite = Row(vocabulary, 1), none = new float[vocabulary], last = Row(vocabulary, 1);
        (nan[17], infinite[18], last[^1]) = (float.NaN, float.PositiveInfinity, float.NaN);
        Array.Fill(none, float.NegativeInfinity);
        var sampling = new SamplingParams { Temperature = temperature, TopK = topK, Seed = 3, Logprobs = 2 };
        float[][] rows = [nan, infinite, none, last, Row(vocabulary, 1)];
        SequenceGroup[] groups =
        [
            .. rows.Select(_ => Group(sampling, [1, 2])),
            .. rows.Select(_ => Group(sampling with { LogitBias = new Dictionary<int, float> { [4] = 2 } }, [1, 2])),
        ];
        var (plan, _) = Step(groups.Select(group => group.First));
        var results = Run(rows, [(plan, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4])])[0];
        foreach (int i in (int[])[0, 1, 2, 3, 5, 6, 7, 8]) results[i].ShouldBe(new SampledToken(Sampler.NotFinite, null));
        results[4].Token.ShouldBeInRange(0, vocabulary - 1);
        results[9].Token.ShouldBeInRange(0, vocabulary - 1);
    }

    [Fact]
    public void The_end_of_text_does_not_come_before_min_tokens()
    {
        float[] row = Row(1021, 1);
        row[5] = row[7] = 60;
        row[9] = 30;
        var sampling = new SamplingParams { MinTokens = 2, StopTokenIds = [7], Seed = 1, LogitBias = new Dictionary<int, float> { [5] = 100 } };
        foreach (int outputs in (int[])[0, 1, 2])
        {
            var sequence = Group(sampling, [1], eos: [5]).First;
            for (int i = 0; i < outputs; i++) sequence.Append(9);
            Sample(row, sequence).ShouldBe(outputs < 2 ? 9 : 5);
        }
    }

    [Fact]
    public void A_step_that_samples_nothing_has_no_results()
    {
        float[] row = Row(1021, 1);
        var results = Run([row], [Step([]), Step([Group(new SamplingParams { Temperature = 0 }, [1]).First]), Step([])]);
        results.Select(step => step.Length).ShouldBe([0, 1, 0]);
        results[1][0].Token.ShouldBe(Array.IndexOf(row, row.Max()));
    }

    private int Sample(float[] row, SamplingParams sampling) => Sample(row, Group(sampling, [1]).First);

    private int Sample(float[] row, Sequence sequence) => Run([row], [(Step([sequence]).Plan, [0])])[0][0].Token;

    private (StepPlan Plan, int[] RowOfSample) Step(IEnumerable<Sequence> sequences)
    {
        var plan = new StepPlan();
        foreach (var sequence in sequences)
        {
            plan.Add(new Chunk(sequence, sequence.Count - 1, 1));
            plan.AddSample(sequence);
        }

        return (plan, [.. plan.Samples.Select(_ => plan.Samples.Count == 1 ? 0 : random.Next(Rows))]);
    }

    /// <summary>A sequence somewhere in its completion, with parameters of all kinds.</summary>
    private Sequence RandomSequence(int vocabulary)
    {
        T Any<T>(params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];
        bool Rarely() => random.Next(4) == 0;
        var sampling = new SamplingParams
        {
            N = 3,
            Temperature = Any(0f, 0.3f, 0.7f, 1f, 1f, 1.7f),
            TopP = Any(1f, 1f, 0.95f, 0.5f, 0.999f, 0.01f),
            TopK = Any(0, 0, -1, 1, 5, 50, 900, 2 * vocabulary),
            MinP = Any(0f, 0f, 0f, 0.02f, 0.5f, 1f),
            RepetitionPenalty = Rarely() ? Any(0.8f, 1.3f) : 1,
            PresencePenalty = Rarely() ? Any(-0.5f, 1.5f) : 0,
            FrequencyPenalty = Rarely() ? Any(-0.2f, 0.4f) : 0,
            MinTokens = Rarely() ? 12 : 0,
            MaxTokens = 100,
            StopTokenIds = Rarely() ? Tokens(5) : [],
            LogitBias = Rarely() ? Tokens(30).Distinct().ToDictionary(token => token, _ => (random.NextSingle() * 8) - 4) : null,
            Seed = random.NextInt64(),
            Logprobs = Any<int?>(null, null, null, 0, 5, 20),
        };
        int[] prompt = Tokens(random.Next(1, 200));
        var group = Group(sampling, prompt, Tokens(2));
        group.Fork();
        var sequence = group.Sequences[random.Next(3)]!;
        foreach (int token in Tokens(random.Next(0, 25))) sequence.Append(Rarely() ? prompt[0] : token);
        return sequence;

        int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
    }

    private static SequenceGroup Group(SamplingParams sampling, int[] prompt, int[]? eos = null) => new(
        new GenerationRequest { PromptTokenIds = prompt, SamplingParams = sampling }, new SamplingPlan(sampling, eos ?? [], 0, prompt), sampling.MaxTokens, new NoOutput());

    /// <summary>Normally distributed logits.</summary>
    private float[] Row(int vocabulary, float deviation)
    {
        float[] row = new float[vocabulary];
        for (int i = 0; i < row.Length; i++)
            row[i] = deviation * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return row;
    }

    private static void CheckLogprobs(float[] row, int? top, SampledToken sampled)
    {
        if (top is null)
        {
            sampled.Logprobs.ShouldBeNull();
            return;
        }

        double best = row.Max();
        double normaliser = best + Math.Log(row.Sum(logit => Math.Exp(logit - best)));
        var logprobs = sampled.Logprobs.ShouldNotBeNull();
        logprobs.TokenId.ShouldBe(sampled.Token);
        ((double)logprobs.Logprob).ShouldBe(row[sampled.Token] - normaliser, 1e-4);
        int[] order = [.. Enumerable.Range(0, row.Length)];
        Array.Sort(Array.ConvertAll(row, logit => -(double)logit), order);
        logprobs.Top.Select(t => row[t.TokenId]).ShouldBe(order.Take(top.Value).Select(token => row[token]));
        logprobs.Top.Select(t => t.TokenId).Distinct().Count().ShouldBe(top.Value);
        foreach (var token in logprobs.Top) ((double)token.Logprob).ShouldBe(row[token.TokenId] - normaliser, 1e-4);
    }

    /// <summary>Nobody waits for these sequences.</summary>
    private sealed class NoOutput : IGroupOutput
    {
        public bool IsStreaming => false;

        public bool IsCancelled => false;

        public void Grown(Sequence sequence, string text, int token)
        {
        }

        public void Finished(SequenceGroup group)
        {
        }

        public void Failed(Exception error) => throw error;
    }
}
