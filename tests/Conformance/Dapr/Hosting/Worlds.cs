using Serverless.Conformance.Tests.Dapr.Hosting;

[assembly: AssemblyFixture(typeof(Worlds))]

namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>The processes that many tests share; each starts when the first test asks for it.</summary>
public sealed class Worlds : IAsyncDisposable
{
    private readonly Dictionary<Sdk, Lazy<Task<SdkWorld>>> _sdks = Enum.GetValues<Sdk>().ToDictionary(sdk => sdk, sdk => new Lazy<Task<SdkWorld>>(() => SdkWorld.StartAsync(sdk)));

    private readonly Dictionary<Sdk, Lazy<Task<ScriptedWorld>>> _scripted =
        Enum.GetValues<Sdk>().ToDictionary(sdk => sdk, sdk => new Lazy<Task<ScriptedWorld>>(() => ScriptedWorld.StartAsync(sdk)));

    /// <summary>A real sidecar with the app beside it.</summary>
    internal Task<SdkWorld> RealAsync(Sdk sdk) => _sdks[sdk].Value;

    /// <summary>The app alone, its sidecar played by the test.</summary>
    internal Task<ScriptedWorld> ScriptedAsync(Sdk sdk) => _scripted[sdk].Value;

    public async ValueTask DisposeAsync()
    {
        await EndAsync(_sdks.Values);
        await EndAsync(_scripted.Values);
    }

    private static async Task EndAsync<T>(IEnumerable<Lazy<Task<T>>> worlds)
        where T : IAsyncDisposable
    {
        foreach (var world in worlds.Where(world => world.IsValueCreated && world.Value.IsCompletedSuccessfully))
        {
            await (await world.Value).DisposeAsync();
        }
    }
}
