using System.Diagnostics;

namespace Serverless.Architecture.Tests;

/// <summary>The working tree that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>Files that belong to the project (tracked, or new and not ignored), relative to the root, that still exist.</summary>
    public static IReadOnlyList<string> Files(params string[] extensions) =>
        [.. ListFiles().Where(file => extensions.Length == 0 || extensions.Contains(Path.GetExtension(file)))];

    public static string Read(string file) => File.ReadAllText(Clone.PathOf(file));

    /// <summary>The text of a file; null if there is none.</summary>
    public static string? TryRead(string file) => File.Exists(Clone.PathOf(file)) ? Read(file) : null;

    private static IEnumerable<string> ListFiles()
    {
        var start = new ProcessStartInfo("git", "ls-files --cached --others --exclude-standard") { WorkingDirectory = Clone.Root, RedirectStandardOutput = true, UseShellExecute = false };
        using var git = Process.Start(start)!;
        var files = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        git.ExitCode.ShouldBe(0);
        return files.Distinct().Where(file => File.Exists(Clone.PathOf(file)));
    }
}
