using System.Diagnostics;
using Serverless.Storage.Blobs;
using Xunit.Runner.InProc.SystemConsole;

namespace Serverless.Storage.Tests;

/// <summary>Runs the tests; or, as the child process of one, a single step that is going to be killed.</summary>
internal static class Program
{
    private const string CreateBlob = "child:create-blob";

    private static async Task<int> Main(string[] args)
    {
        if (args is not [CreateBlob, var root, var name, var text]) return await ConsoleRunner.Run(args);
        using var store = new LocalBlobStore(root);
        return await store.TryCreateAsync(name, System.Text.Encoding.UTF8.GetBytes(text)) ? 0 : 1;
    }

    /// <summary>Runs the step in a process of its own with failpoints armed; returns its exit code, 137 if it was killed.</summary>
    internal static async Task<int> CreateBlobInChild(string root, string name, string text, string failpoints)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { ArgumentList = { CreateBlob, root, name, text }, RedirectStandardError = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Insert(0, typeof(Program).Assembly.Location);
        start.Environment[Failpoints.Variable] = failpoints;
        using var child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEndAsync();
        await child.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        TestContext.Current.TestOutputHelper?.WriteLine(await errors);
        return child.ExitCode;
    }
}
