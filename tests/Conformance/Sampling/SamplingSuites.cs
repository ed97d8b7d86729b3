using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Runner;
using Serverless.Inference.Scheduling;

namespace Serverless.Conformance.Tests.Sampling;

public sealed class CpuSamplingTests : SamplingSuite
{
    internal override SampledToken[][] Run(float[][] rows, IReadOnlyList<(StepPlan Plan, int[] RowOfSample)> steps)
    {
        int most = Math.Max(1, steps.Max(step => step.Plan.Samples.Count));
        var sampler = new StepSampler(rows[0].Length, most, threads: 2);
        float[] logits = [.. rows.SelectMany(row => row)];
        return [.. steps.Select(step =>
        {
            for (int i = 0; i < step.Plan.Samples.Count; i++) sampler.SetRow(i, step.RowOfSample[i]);
            sampler.Sample(step.Plan.Samples, 0, step.Plan.Samples.Count, logits);
            return sampler.Results[..step.Plan.Samples.Count].ToArray();
        })];
    }
}

/// <summary>Sampling on a card, where there is one, with two steps under way as the engine has them.</summary>
public sealed unsafe class CudaSamplingTests : SamplingSuite
{
    private const long ArenaBytes = 1L << 30;
    private const int MaxChanged = 64;

    internal override SampledToken[][] Run(float[][] rows, IReadOnlyList<(StepPlan Plan, int[] RowOfSample)> steps)
    {
        Assert.SkipWhen(CudaDevice.Enumerate().Count == 0, "this machine has no CUDA card");
        int most = Math.Max(1, steps.Max(step => step.Plan.Samples.Count));
        using var kernels = new CudaKernels(CudaDevice.Enumerate()[0], DType.BFloat16, arenaBytes: ArenaBytes);
        using var sampling = new CudaSampling(kernels, rows[0].Length, most, MaxChanged);
        using var inputs = new SampleInputs(kernels, sampling, most);
        using var logits = Upload(kernels, rows);
        var results = new List<SampledToken[]>();
        for (int i = 0; i <= steps.Count; i++)
        {
            if (i < steps.Count) inputs.Sample(steps[i].Plan, steps[i].RowOfSample, steps[i].Plan.Samples.Count == 0 ? null : logits);
            if (i > 0) results.Add(inputs.Finish().ToArray());
        }

        return [.. results];
    }

    private static CudaTensor Upload(CudaKernels kernels, float[][] rows)
    {
        var logits = (CudaTensor)kernels.AllocateLogits(rows.Length, rows[0].Length);
        for (int row = 0; row < rows.Length; row++)
        {
            fixed (float* values = rows[row])
            {
                kernels.Context.Stream.CopyToDevice(logits.Data + ((long)row * logits.Stride * sizeof(float)), (nint)values, (long)rows[row].Length * sizeof(float));
                kernels.Context.Stream.Synchronize();
            }
        }

        return logits;
    }
}
