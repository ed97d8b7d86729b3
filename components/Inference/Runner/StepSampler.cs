using Serverless.Inference.Sampling;
using Serverless.Inference.Scheduling;

namespace Serverless.Inference.Runner;

/// <summary>A token that was sampled.</summary>
/// <param name="Token">The token, or <see cref="Sampler.NotFinite"/>.</param>
/// <param name="Logprobs">If they were asked for.</param>
internal readonly record struct SampledToken(int Token, TokenLogprobs? Logprobs);

/// <summary>Samples for many sequences, on several threads when there is enough to do.</summary>
internal sealed class StepSampler
{
    // Below so many logits one thread is done before others have woken up.
    private const int WorthwhileLogits = 1 << 17;

    private readonly Sampler[] samplers;
    private readonly SampledToken[] results;
    private readonly int[] rows;
    private readonly int vocabulary;
    private readonly Action<int> samplePart;

    // The turn that is sampled at the moment.
    private List<Sample> samples = [];
    private float[] logits = [];
    private int first;
    private int count;

    public StepSampler(int vocabulary, int maxSamples, int threads)
    {
        this.vocabulary = vocabulary;
        samplers = new Sampler[threads];
        for (int i = 0; i < threads; i++) samplers[i] = new Sampler(vocabulary);
        results = new SampledToken[maxSamples];
        rows = new int[maxSamples];
        samplePart = SamplePart;
    }

    /// <summary>What was sampled, by index of the sample.</summary>
    public ReadOnlySpan<SampledToken> Results => results;

    /// <summary>Says which row of logits the turn's sample <paramref name="index"/> uses.</summary>
    public void SetRow(int index, int row) => rows[index] = row;

    /// <summary>Samples one turn.</summary>
    /// <param name="samples">All samples of the step.</param>
    /// <param name="first">The turn's first.</param>
    /// <param name="count">How many it has.</param>
    /// <param name="logits">[rows, vocabulary].</param>
    public void Sample(List<Sample> samples, int first, int count, float[] logits)
    {
        (this.samples, this.first, this.count, this.logits) = (samples, first, count, logits);
        if (samplers.Length == 1 || count == 1 || (long)count * vocabulary < WorthwhileLogits)
        {
            for (int i = 0; i < count; i++) Sample(samplers[0], i);
        }
        else
        {
            Parallel.For(0, samplers.Length, samplePart);
        }
    }

    private void SamplePart(int part)
    {
        int end = (int)((part + 1L) * count / samplers.Length);
        for (int i = (int)((long)part * count / samplers.Length); i < end; i++) Sample(samplers[part], i);
    }

    private void Sample(Sampler sampler, int index)
    {
        var sequence = samples[first + index].Sequence;
        var row = logits.AsSpan(rows[index] * vocabulary, vocabulary);
        int token = sampler.Sample(row, sequence);
        TokenLogprobs? logprobs = sequence.Group.Sampling.Params.Logprobs is { } top && token >= 0 ? sampler.Logprobs(row, token, top) : null;
        results[first + index] = new SampledToken(token, logprobs);
    }
}
