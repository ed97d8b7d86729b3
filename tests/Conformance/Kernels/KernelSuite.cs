using System.Runtime.InteropServices;
using Serverless.Inference.Kernels;

namespace Serverless.Conformance.Tests.Kernels;

/// <summary>What every backend must do. A backend inherits each part of the suite and says how it is made and how exact it is.</summary>
public abstract partial class KernelSuite
{
    /// <summary>Makes the backend; skips the test where the machine cannot run it.</summary>
    protected abstract IKernels Create();

    /// <summary>Whether it computes with weights or keys and values of this type.</summary>
    protected virtual bool Takes(DType storage) => true;

    /// <summary>Whether a row's bits must not depend on what else is computed.</summary>
    protected virtual bool IsBatchInvariant => true;

    /// <summary>A type that its KV cache can have.</summary>
    protected virtual DType KvType => DType.Float32;

    private IKernels Create(DType storage)
    {
        Assert.SkipUnless(Takes(storage), $"this backend does not compute with {storage}");
        return Create();
    }

    private void RequireInvariance() => Assert.SkipUnless(IsBatchInvariant, "this backend does not claim that a row's bits are independent of the batch");

    /// <summary>Largest error of activations, relative to the largest magnitude of the result.</summary>
    protected virtual double Tolerance => 2e-6;

    /// <summary>Storages of weights.</summary>
    public static TheoryData<DType> Storages => [DType.Float32, DType.BFloat16, DType.Float16, DType.Int8];

    /// <summary>A tensor with the given rows, followed by poisoned ones.</summary>
    internal static Tensor Upload(IKernels kernels, float[] values, int columns, int spareRows = 2)
    {
        // There is no upload in IKernels: an embedding table in float32 holds the rows.
        int rows = values.Length / columns;
        float[] all = [.. values, .. Enumerable.Repeat(float.NaN, spareRows * columns)];
        using Matrix table = kernels.LoadMatrix(MemoryMarshal.AsBytes<float>(all), DType.Float32, rows + spareRows, columns, DType.Float32);
        Tensor tensor = kernels.Allocate(rows + spareRows, columns);
        Embed(kernels, table, [.. Enumerable.Range(0, rows + spareRows)], tensor);
        return tensor;
    }

    internal static void Embed(IKernels kernels, Matrix table, int[] tokens, Tensor output)
    {
        StepLayout layout = Layout(tokens, []);
        kernels.Begin(layout);
        kernels.Embed(table, layout, output);
    }

    internal static void Gather(IKernels kernels, Tensor x, int[] rows, Tensor output)
    {
        StepLayout layout = Layout([], rows);
        kernels.Begin(layout);
        kernels.Gather(x, layout, output);
    }

    private static StepLayout Layout(int[] tokens, int[] logitRows) => new()
    {
        RowCount = tokens.Length,
        Tokens = tokens,
        Positions = new int[tokens.Length],
        Slots = new int[tokens.Length],
        SequenceStarts = [0],
        BlockTables = [],
        MaxBlocks = 0,
        BlockSize = 16,
        LogitRows = logitRows,
        LogitCount = logitRows.Length,
    };

    /// <summary>A poisoned tensor.</summary>
    internal static Tensor Poisoned(IKernels kernels, int rows, int columns) => Upload(kernels, [], columns, rows);

    internal static float[] Download(IKernels kernels, Tensor tensor, int rows)
    {
        var result = new float[rows * tensor.Columns];
        kernels.Download(tensor, rows, result);
        return result;
    }

    /// <summary>The first rows agree with the reference; the rows behind them are still poison.</summary>
    protected void ShouldAgree(IKernels kernels, Tensor tensor, double[] expected, double? tolerance = null)
    {
        float[] all = Download(kernels, tensor, tensor.Rows);
        double largest = expected.Select(Math.Abs).DefaultIfEmpty().Max();
        double bound = (tolerance ?? Tolerance) * Math.Max(largest, 1e-3);
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(all[i] - expected[i]);
            if (!(error <= bound))
            {
                Assert.Fail($"row {i / tensor.Columns}, column {i % tensor.Columns}: {all[i]}, expected {expected[i]} within {bound}");
            }
        }

        all.Skip(expected.Length).All(float.IsNaN).ShouldBeTrue("rows behind the last are written");
    }
}
