using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Serverless.Benchmarks.Kernels;

/// <summary>What this machine can do at best: fused multiply-adds on registers, and reads that no cache answers.</summary>
internal static unsafe partial class MachineLimits
{
    private const int Chains = 10;
    private const int HugePage = 2 << 20;
    private const int AdviceHugePages = 14;

    /// <summary>Bytes between a prefetch and its use.</summary>
    private const int Ahead = 1024;

    /// <summary>GFLOP/s of all threads, float32, operands in registers.</summary>
    public static double PeakGigaflops(int threads)
    {
        const int Steps = 2_000_000;
        int width = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
        double seconds = Best(threads, 8, (_, _) => Sink(width == 16 ? Chain512(Steps) : width == 8 ? Chain256(Steps) : Chain128(Steps)));
        return 2.0 * Chains * width * Steps * threads / seconds / 1e9;
    }

    /// <summary>
    /// GB/s of all threads, each summing its own part of 16 MB: as four streams at once, with huge pages and prefetches, which is what it
    /// takes to keep a core's memory pipeline full. The best of 64 pieces of a gigabyte, none of which is in a cache; pieces are as short as
    /// the kernels' own runs, because on a shared machine the bandwidth comes and goes.
    /// </summary>
    public static double ReadGigabytes(int threads)
    {
        const int Pieces = 64;
        const long Piece = 16 << 20;
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)(Pieces * Piece), HugePage);
        _ = Advise(memory, (nuint)(Pieces * Piece), AdviceHugePages);
        new Span<byte>(memory, (int)(Pieces * Piece)).Fill(1);
        long part = Piece / threads / 4096 * 4096;
        double seconds = Best(threads, Pieces, (thread, piece) => Sink(Sum(memory + (piece * Piece) + (thread * part), part)));
        NativeMemory.AlignedFree(memory);
        return part * threads / seconds / 1e9;
    }

    /// <summary>Seconds of the best run, from the first thread's start to the last one's end, by the threads' own clocks.</summary>
    private static double Best(int threads, int runs, Action<int, int> work)
    {
        long[] starts = new long[threads], ends = new long[threads];
        double best = double.MaxValue;
        using var barrier = new Barrier(threads, _ =>
        {
            if (ends[0] != 0) best = Math.Min(best, Stopwatch.GetElapsedTime(starts.Min(), ends.Max()).TotalSeconds);
        });
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(thread => new Thread(() =>
        {
            for (int run = 0; run < runs; run++)
            {
                barrier.SignalAndWait();
                starts[thread] = Stopwatch.GetTimestamp();
                work(thread, run);
                ends[thread] = Stopwatch.GetTimestamp();
            }

            barrier.SignalAndWait();
        }))];
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        return best;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint length, int advice);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Sink(float value) => GC.KeepAlive(value);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(byte* memory, long bytes)
    {
        Vector512<int> a = default, b = default, c = default, d = default;
        long stream = bytes / 4;
        for (byte* at = memory; at < memory + stream; at += 64)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(at + Ahead);
                Sse.Prefetch0(at + stream + Ahead);
                Sse.Prefetch0(at + (2 * stream) + Ahead);
                Sse.Prefetch0(at + (3 * stream) + Ahead);
            }

            a += Vector512.Load((int*)at);
            b += Vector512.Load((int*)(at + stream));
            c += Vector512.Load((int*)(at + (2 * stream)));
            d += Vector512.Load((int*)(at + (3 * stream)));
        }

        return Vector512.Sum(a + b + c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chain512(int steps)
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(0.001f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x;
        for (int step = 0; step < steps; step++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chain256(int steps)
    {
        Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(0.001f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x;
        for (int step = 0; step < steps; step++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chain128(int steps)
    {
        Vector128<float> x = Vector128.Create(0.999f), y = Vector128.Create(0.001f);
        Vector128<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x;
        for (int step = 0; step < steps; step++)
        {
            a = Vector128.FusedMultiplyAdd(a, x, y);
            b = Vector128.FusedMultiplyAdd(b, x, y);
            c = Vector128.FusedMultiplyAdd(c, x, y);
            d = Vector128.FusedMultiplyAdd(d, x, y);
            e = Vector128.FusedMultiplyAdd(e, x, y);
            f = Vector128.FusedMultiplyAdd(f, x, y);
            g = Vector128.FusedMultiplyAdd(g, x, y);
            h = Vector128.FusedMultiplyAdd(h, x, y);
            i = Vector128.FusedMultiplyAdd(i, x, y);
            j = Vector128.FusedMultiplyAdd(j, x, y);
        }

        return Vector128.Sum(a + b + c + d + e + f + g + h + i + j);
    }
}
