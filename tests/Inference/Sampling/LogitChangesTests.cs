using Serverless.Inference.Runner;
using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Sampling;

public sealed class LogitChangesTests
{
    private const int Vocabulary = 40;

    [Fact]
    public void Changed_logits_are_those_that_the_sampler_chooses_from()
    {
        var random = new Random(7);
        var sampler = new Sampler(Vocabulary);
        var changes = new LogitChanges();
        int changed = 0;
        for (int i = 0; i < 2000; i++)
        {
            var sequence = new FakeOutput().Group(Tokens(random, 12), Params(random), eos: [2]).First;
            foreach (int token in Tokens(random, random.Next(12))) sequence.Append(token);
            float[] logits = [.. Enumerable.Range(0, Vocabulary).Select(_ => (random.NextSingle() * 4) - 2)];
            int chosen = sampler.Sample(logits, sequence);

            changes.Clear();
            bool any = changes.Add(sequence, sequence.Count, 5);
            any.ShouldBe(changes.Count > 0);
            changed += changes.Count;
            changes.All.ToArray().Select(change => change.Token).ShouldBeUnique();
            foreach (var change in changes.All)
            {
                change.Row.ShouldBe(5);
                float logit = logits[change.Token] + change.Bias;
                logits[change.Token] = (logit > 0 ? logit / change.Repetition : logit * change.Repetition) - change.Subtract;
            }

            Array.IndexOf(logits, logits.Max()).ShouldBe(chosen);
        }

        changed.ShouldBeGreaterThan(2000);
    }

    [Fact]
    public void Changes_of_several_samples_lie_one_behind_the_other()
    {
        var changes = new LogitChanges();
        var output = new FakeOutput();
        changes.Add(output.Group([1, 3, 3], new SamplingParams { RepetitionPenalty = 2 }).First, 3, 0).ShouldBeTrue();
        changes.Add(output.Group([1, 3, 3], new SamplingParams()).First, 3, 1).ShouldBeFalse();
        changes.Add(output.Group([1, 3, 3], new SamplingParams { RepetitionPenalty = 2, LogitBias = new Dictionary<int, float> { [3] = 1, [9] = 2 } }).First, 3, 1).ShouldBeTrue();
        changes.All.ToArray().Select(change => (change.Row, change.Token, change.Bias, change.Repetition))
            .ShouldBe([(0, 1, 0f, 2f), (0, 3, 0f, 2f), (1, 3, 1f, 2f), (1, 9, 2f, 1f), (1, 1, 0f, 2f)]);
    }

    private static SamplingParams Params(Random random) => new()
    {
        Temperature = 0,
        RepetitionPenalty = random.Next(2) == 0 ? 1 : 0.5f + random.NextSingle(),
        FrequencyPenalty = random.Next(2) == 0 ? 0 : random.NextSingle() - 0.5f,
        PresencePenalty = random.Next(2) == 0 ? 0 : random.NextSingle() - 0.5f,
        MinTokens = random.Next(3) == 0 ? 6 : 0,
        StopTokenIds = [4, 5],
        LogitBias = random.Next(3) == 0 ? Tokens(random, 5).Distinct().ToDictionary(token => token, _ => random.NextSingle() - 0.5f) : null,
    };

    private static int[] Tokens(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
}
