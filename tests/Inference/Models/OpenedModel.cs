using Serverless.Inference.Kernels;
using Serverless.Inference.Loading;
using Serverless.Inference.Runner;

namespace Serverless.Inference.Tests.Models;

/// <summary>A model without the engine around it.</summary>
internal sealed class OpenedModel : IDisposable
{
    private readonly ModelFolder folder;
    private readonly IKernels kernels;

    public OpenedModel(string path, string dtype)
        : this(new EngineOptions(path) { Dtype = dtype, MaxNumSeqs = 1, KvCacheBytes = 16 << 20, BatchInvariant = true })
    {
    }

    public OpenedModel(EngineOptions options)
    {
        folder = ModelFolder.Open(options.ModelSource);
        kernels = StepRunners.Open(options, folder);
        (_, Runner) = ModelRunner.Load(options, folder, kernels);
    }

    public ModelRunner Runner { get; }

    /// <summary>Largest difference of a logit from what transformers computes, relative to the largest absolute logit of its row.</summary>
    public double Deviation(ModelFixture fixture)
    {
        double largest = 0;
        for (int i = 0; i < fixture.Prompts.Count; i++)
        {
            var prompt = fixture.Prompts[i];
            var expected = fixture.Logits(i);
            float[][] found = [.. Runner.AllLogits(prompt.Tokens, prompt.Tokens.Length).Chunk(expected[0].Length)];
            for (int j = 0; j < expected.Count; j++) largest = Math.Max(largest, RowDeviation(found[prompt.Positions[j]], expected[j]));
        }

        return largest;
    }

    public void Dispose()
    {
        Runner.Dispose();
        kernels.Dispose();
        folder.Dispose();
    }

    private static double RowDeviation(float[] found, float[] expected)
    {
        float difference = 0;
        for (int i = 0; i < expected.Length; i++) difference = Math.Max(difference, Math.Abs(found[i] - expected[i]));
        return difference / expected.Max(Math.Abs);
    }
}
