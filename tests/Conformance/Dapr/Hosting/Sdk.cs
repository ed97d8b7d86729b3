namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>The SDK that the app under test was built with.</summary>
public enum Sdk
{
    /// <summary>This repository's.</summary>
    Repository,

    /// <summary>The official packages.</summary>
    Official,
}

/// <summary>A test's data: each SDK.</summary>
public sealed class Sdks : TheoryData<Sdk>
{
    public Sdks()
    {
        Add(Sdk.Repository);
        Add(Sdk.Official);
    }
}
