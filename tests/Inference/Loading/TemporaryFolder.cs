namespace Serverless.Inference.Tests.Loading;

/// <summary>A folder of a test's own, gone when the test is.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("serverless-loading-").FullName;

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public TemporaryFolder With(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return this;
    }

    public TemporaryFolder With(string name, byte[] data)
    {
        System.IO.File.WriteAllBytes(File(name), data);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
