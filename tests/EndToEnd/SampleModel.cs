namespace Serverless.EndToEnd.Tests;

/// <summary>The model that comes with the repository.</summary>
internal static class SampleModel
{
    public static string HaikuTiny { get; } = Clone.PathOf("samples/models/haiku-tiny");
}
