using System.Runtime.CompilerServices;
using Serverless.Inference;
using Serverless.Inference.Sampling;

namespace Serverless.Cli.Bench;

/// <summary>
/// One caller's requests of every kind: lengths, sampling, completions, ends, log-probabilities; three of ten begin as others do, and one of
/// twenty is cancelled after a while.
/// </summary>
internal sealed class SoakRequests(int caller, TimeSpan duration, int vocabulary, TimeProvider time) : IDisposable
{
    public const int LongestPrompt = 600;
    public const int LongestOutput = 300;

    private const int Prefixes = 20;

    // Roughly as long as a request takes in a full engine.
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(5);

    private readonly Random random = new(caller);
    private readonly List<CancellationTokenSource> cancellations = [];

    /// <summary>Requests made so far.</summary>
    public int Sent { get; private set; }

    /// <summary>The requests, as the engine asks for them, until the time is over.</summary>
    public async IAsyncEnumerable<GenerationRequest> CreateAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < duration)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Next();
            await Task.Yield();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => cancellations.ForEach(cancellation => cancellation.Dispose());

    /// <summary>Whether a request takes the best token always, once.</summary>
    public static bool IsGreedy(GenerationRequest request) => request.SamplingParams is { Temperature: 0, N: 1 };

    private GenerationRequest Next()
    {
        int length = random.Next(1, LongestPrompt + 1);
        bool isShared = random.NextDouble() < 0.3;
        return new GenerationRequest
        {
            Id = $"{caller}-{Sent++}",
            Job = $"job-{caller}",
            PromptTokenIds = isShared ? Shared(length) : Tokens(random, length),
            SamplingParams = random.Next(2) == 0 ? Greedy() : Sampled(),
            CancellationToken = random.NextDouble() < 0.05 ? Cancelled() : CancellationToken.None,
        };
    }

    private SamplingParams Greedy() => new()
    {
        Temperature = 0, MaxTokens = random.Next(1, LongestOutput + 1), StopTokenIds = Rarely() ? Tokens(random, 1000) : [], Logprobs = Rarely() ? random.Next(6) : null,
    };

    private SamplingParams Sampled() => new()
    {
        N = random.Next(1, 4),

        // The logits of random weights differ less than a trained model's: so low, as few tokens matter.
        Temperature = 0.05f + (random.NextSingle() / 5),
        TopP = Rarely() ? 0.5f + (random.NextSingle() / 2) : 1,
        TopK = Rarely() ? random.Next(1, 200) : 0,
        MinP = Rarely() ? random.NextSingle() / 10 : 0,
        RepetitionPenalty = Rarely() ? 1 + (random.NextSingle() / 2) : 1,
        PresencePenalty = Rarely() ? random.NextSingle() : 0,
        FrequencyPenalty = Rarely() ? random.NextSingle() : 0,
        MaxTokens = random.Next(1, LongestOutput + 1),
        MinTokens = Rarely() ? 1 : 0,
        StopTokenIds = Rarely() ? Tokens(random, 1000) : [],
        Stop = Rarely() ? ["a", "bc"] : [],
        LogitBias = Rarely() ? Tokens(random, 8).Distinct().ToDictionary(token => token, _ => random.NextSingle() * 4) : null,
        Seed = Rarely() ? random.Next() : null,
        Logprobs = Rarely() ? random.Next(6) : null,
    };

    private bool Rarely() => random.Next(4) == 0;

    private int[] Shared(int length)
    {
        // All callers have the same beginnings.
        var beginning = Tokens(new Random(1_000_000 + random.Next(Prefixes)), Math.Min(length, 400));
        return [.. beginning, .. Tokens(random, length - beginning.Length)];
    }

    private int[] Tokens(Random from, int length) => [.. Enumerable.Range(0, length).Select(_ => from.Next(vocabulary))];

    private CancellationToken Cancelled()
    {
        var cancellation = new CancellationTokenSource(LongestPatience * random.NextDouble(), time);
        cancellations.Add(cancellation);
        return cancellation.Token;
    }
}
