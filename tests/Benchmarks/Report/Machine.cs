using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Serverless.Benchmarks.Report;

/// <summary>Where and when a table was measured.</summary>
public static class Machine
{
    /// <summary>One line: date, processor, cores, instruction sets, memory, system, runtime.</summary>
    public static string Describe()
    {
        string vectors = Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "no AVX2";
        double memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30);
        string date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd");
        return $"{date}, {Processor()}, {Environment.ProcessorCount} cores, {vectors}, {memory:F0} GiB, {RuntimeInformation.OSDescription}, " +
            RuntimeInformation.FrameworkDescription;
    }

    private static string Processor()
    {
        const string cpuInfo = "/proc/cpuinfo";
        if (!File.Exists(cpuInfo)) return RuntimeInformation.ProcessArchitecture.ToString();
        var fields = File.ReadLines(cpuInfo).Take(30).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0].Trim()).ToDictionary(group => group.Key, group => group.First()[1].Trim());
        return fields.TryGetValue("model name", out string? name)
            ? $"{name} (family {fields.GetValueOrDefault("cpu family")})"
            : "unknown processor";
    }
}
