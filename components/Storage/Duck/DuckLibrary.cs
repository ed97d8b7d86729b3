using System.Reflection;
using System.Runtime.InteropServices;

namespace Serverless.Storage.Duck;

/// <summary>Finds libduckdb.so, which the build puts beside the program.</summary>
internal static class DuckLibrary
{
    internal const string Name = "duckdb";
    private const string FileName = "libduckdb.so";

    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(DuckLibrary).Assembly, Resolve);

    /// <summary>The places that are looked at, in order.</summary>
    internal static IEnumerable<string> Candidates()
    {
        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        var assembly = Path.GetDirectoryName(typeof(DuckLibrary).Assembly.Location);
        if (!string.IsNullOrEmpty(assembly) && assembly != AppContext.BaseDirectory.TrimEnd('/'))
            yield return Path.Combine(assembly, FileName);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Name) return 0;
        foreach (var path in Candidates())
            if (File.Exists(path))
                return NativeLibrary.Load(path);
        throw new DllNotFoundException(
            $"{FileName} (DuckDB) was not found; looked for {string.Join(" and ", Candidates())}. " +
            "The build installs it with npm from components/Storage/native: build again with Node 20 on PATH, on Linux x64.");
    }
}
