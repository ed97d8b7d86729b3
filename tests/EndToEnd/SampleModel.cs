namespace Serverless.EndToEnd.Tests;

/// <summary>The model that comes with the repository.</summary>
internal static class SampleModel
{
    public static string RepositoryRoot { get; } = FindRoot();

    public static string HaikuTiny { get; } = Path.Combine(RepositoryRoot, "samples/models/haiku-tiny");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Serverless.sln")))
        {
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }

        return folder;
    }
}
