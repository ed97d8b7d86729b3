namespace Serverless.Inference.Kernels.Cpu;

/// <summary>How much memory can still be had.</summary>
internal static class AvailableMemory
{
    private const string Field = "MemAvailable:";

    /// <summary>
    /// On Linux what the kernel says is available, elsewhere what the last garbage collection saw; never more than the limit of the container.
    /// </summary>
    public static long Bytes()
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        long limit = memory.TotalAvailableMemoryBytes;
        if (!OperatingSystem.IsLinux())
        {
            return Math.Max(0, limit - memory.MemoryLoadBytes);
        }

        string? line = File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal));
        return line == null ? limit : Math.Min(limit, long.Parse(line.AsSpan(Field.Length).Trim().TrimEnd("kB").Trim()) * 1024);
    }
}
