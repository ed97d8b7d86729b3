using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Serverless.Cli.Doctor;

/// <summary>Looks at the machine.</summary>
internal static class Machine
{
    private const double GiB = 1L << 30;

    public static IEnumerable<Check> Look()
    {
        yield return new Check("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}");
        yield return new Check(".NET", RuntimeInformation.FrameworkDescription);
        yield return new Check("processor", $"{ProcessorName()}, {Environment.ProcessorCount} cores");
        yield return InstructionSets();
        yield return Memory();
        yield return Disk();
        foreach (var check in Gpu.Look())
        {
            yield return check;
        }

        yield return Parquet.Look();
    }

    private static string ProcessorName() =>
        ProcFile("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static Check InstructionSets()
    {
        (string Name, bool Supported)[] sets =
            [("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported), ("AVX-512", Avx512F.IsSupported), ("AVX-VNNI", AvxVnni.IsSupported)];
        var there = string.Join(", ", sets.Where(set => set.Supported).Select(set => set.Name));
        return Avx2.IsSupported && Fma.IsSupported
            ? new Check("instruction sets", there)
            : new Check("instruction sets", there.Length > 0 ? there : "none of AVX2, FMA, AVX-512", CheckStatus.Optional, "The engine runs its portable kernels here, several times slower.");
    }

    private static Check Memory()
    {
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / GiB;
        var available = ProcFile("/proc/meminfo", "MemAvailable") is { } text && long.TryParse(text.Split(' ')[0], out var kilobytes) ? kilobytes * 1024 / GiB : total;
        return new Check("memory", $"{total:0.0} GiB, {available:0.0} GiB available");
    }

    private static Check Disk()
    {
        var folder = Path.GetTempPath();
        var free = new DriveInfo(folder).AvailableFreeSpace / GiB;
        return free >= 1
            ? new Check("temporary disk", $"{free:0.0} GiB free in {folder}")
            : new Check("temporary disk", $"{free:0.00} GiB free in {folder}", CheckStatus.Missing, "Free at least 1 GiB, or set TMPDIR to a folder on a larger disk.");
    }

    /// <summary>The value behind a key of a /proc file ("key : value" lines), or null.</summary>
    private static string? ProcFile(string path, string key) => !File.Exists(path) ? null : File.ReadLines(path)
        .Where(line => line.StartsWith(key, StringComparison.Ordinal) && line.Contains(':', StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
        .FirstOrDefault();
}
