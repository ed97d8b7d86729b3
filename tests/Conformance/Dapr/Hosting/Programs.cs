namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>Programs that were built with the tests.</summary>
internal static class Programs
{
    /// <summary>A program of a project, of the tests' own configuration.</summary>
    public static string PathOf(string project, string output, string program) =>
        Clone.PathOf(project, output, new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", program);
}
