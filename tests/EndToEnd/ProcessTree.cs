namespace Serverless.EndToEnd.Tests;

/// <summary>Processes and their parents, as /proc has them.</summary>
internal static class ProcessTree
{
    /// <summary>The children of a process.</summary>
    public static IEnumerable<int> Children(int parent) => Directory.EnumerateDirectories("/proc")
        .Select(Path.GetFileName)
        .Where(name => name!.All(char.IsAsciiDigit))
        .Select(name => int.Parse(name!))
        .Where(id => Stat(id) is [_, var of, ..] && of == $"{parent}");

    /// <summary>The child that runs <c>dotnet serverless.dll SUBCOMMAND</c>; null while there is none.</summary>
    public static int? Child(int parent, string subcommand) =>
        Children(parent).Where(id => Subcommand(id) == subcommand).Select(id => (int?)id).SingleOrDefault();

    /// <summary>The subcommand of a <c>dotnet serverless.dll</c>; null if the process is none.</summary>
    public static string? Subcommand(int id) => CommandLine(id) is [_, _, var first, ..] ? first : null;

    public static bool IsRunning(int id) => Stat(id) is [not "Z", ..];

    private static string[] CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>State, parent and so on; empty when the process is gone.</summary>
    private static string[] Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
