using System.Diagnostics;
using System.Runtime.InteropServices;
using Serverless.Inference.Kernels;
using Serverless.Inference.Kernels.Cpu;

namespace Serverless.Benchmarks.Kernels;

/// <summary>Products and attention of the CPU backend beside the machine's own limits, measured in the same run.</summary>
public static class KernelBenchmark
{
    private const int Inputs = 2048;
    private static readonly DType[] Storages = [DType.BFloat16, DType.Float32, DType.Int8];

    /// <summary>Prints one table of limits, one of products, one of attention. Every figure is the best of several short runs.</summary>
    public static void Run(TextWriter output)
    {
        int threads = Environment.ProcessorCount;
        double flops = MachineLimits.PeakGigaflops(threads);
        double bytes = MachineLimits.ReadGigabytes(threads);
        foreach (CpuIsa isa in Enum.GetValues<CpuIsa>().Where(CpuKernels.IsSupported).Where(isa => isa != CpuIsa.Portable).DefaultIfEmpty())
        {
            using var kernels = new CpuKernels(threads, isa);
            output.WriteLine($"## {kernels.Device}; limits of the machine: {flops:F0} GFLOP/s in registers, {bytes:F1} GB/s read from memory");
            output.WriteLine();
            Products(output, kernels, flops, bytes);
            AttentionTable(output, kernels);
        }
    }

    private static void Products(TextWriter output, CpuKernels kernels, double flops, double bytes)
    {
        output.WriteLine("| weights | N | M | us | GFLOP/s | of peak | GB/s of weights | of read limit |");
        output.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (DType storage in Storages)
        {
            foreach (int outputs in (int[])[2048, 8192])
            {
                Matrix[] copies = Copies(kernels, outputs, storage);
                foreach (int rows in (int[])[1, 8, 32, 64])
                {
                    double seconds = Product(kernels, copies, rows);
                    double rate = 2.0 * rows * Inputs * outputs / seconds / 1e9;
                    double stream = copies[0].Bytes / seconds / 1e9;
                    output.WriteLine(
                        $"| {storage} | {outputs} | {rows} | {seconds * 1e6:F0} | {rate:F1} | {rate / flops:P0} | {stream:F1} | {stream / bytes:P0} |");
                }

                Array.ForEach(copies, copy => copy.Dispose());
            }
        }

        output.WriteLine();
    }

    /// <summary>Enough copies of a matrix that none is still in a cache when its turn comes again.</summary>
    private static Matrix[] Copies(CpuKernels kernels, int outputs, DType storage)
    {
        var random = new Random(1);
        var weights = new float[outputs * Inputs];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = (random.NextSingle() - 0.5f) / 16;
        }

        long one = weights.LongLength * (storage == DType.Float32 ? 4 : storage == DType.Int8 ? 1 : 2);
        var copies = new Matrix[Math.Max(2, (512 << 20) / one)];
        for (int i = 0; i < copies.Length; i++)
        {
            copies[i] = kernels.LoadMatrix(MemoryMarshal.AsBytes<float>(weights), DType.Float32, outputs, Inputs, storage);
        }

        return copies;
    }

    private static double Product(CpuKernels kernels, Matrix[] copies, int rows)
    {
        using Tensor x = Random(kernels, rows, Inputs);
        using Tensor y = kernels.Allocate(rows, copies[0].Rows);
        int next = 0;
        return Best(() => kernels.MatMul(x, copies[next++ % copies.Length], null, rows, y));
    }

    private static void AttentionTable(TextWriter output, CpuKernels kernels)
    {
        output.WriteLine("| attention, 32 query / 8 KV heads of 64, bf16 | us | GFLOP/s | GB/s of KV |");
        output.WriteLine("|---|---|---|---|");
        foreach ((string name, int sequences, int queries, int context) in ((string, int, int, int)[])
            [("decode, 1 sequence, 1024 past", 1, 1, 1024), ("decode, 32 sequences, 256 past", 32, 1, 256), ("decode, 32 sequences, 1024 past", 32, 1, 1024),
             ("prefill of 256", 1, 256, 256), ("prefill of 2048", 1, 2048, 2048)])
        {
            var scene = new AttentionLoad(kernels, sequences, queries, context);
            double seconds = Best(scene.Run);
            output.WriteLine($"| {name} | {seconds * 1e6:F0} | {scene.Flops / seconds / 1e9:F1} | {scene.KvBytes / seconds / 1e9:F1} |");
        }

        output.WriteLine();
    }

    internal static Tensor Random(CpuKernels kernels, int rows, int columns)
    {
        var random = new Random(2);
        var values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextSingle() - 0.5f;
        }

        using Matrix table = kernels.LoadMatrix(MemoryMarshal.AsBytes<float>(values), DType.Float32, rows, columns, DType.Float32);
        Tensor tensor = kernels.Allocate(rows, columns);
        kernels.Embed(
            table,
            new StepLayout
            {
                RowCount = rows,
                Tokens = [.. Enumerable.Range(0, rows)],
                Positions = [],
                Slots = [],
                SequenceStarts = [0],
                BlockTables = [],
                MaxBlocks = 0,
                BlockSize = 16,
            },
            tensor);
        return tensor;
    }

    private static double Best(Action action)
    {
        double best = double.MaxValue;
        long end = Stopwatch.GetTimestamp() + (Stopwatch.Frequency * 3 / 5);
        for (int run = 0; run < 10 || Stopwatch.GetTimestamp() < end; run++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
