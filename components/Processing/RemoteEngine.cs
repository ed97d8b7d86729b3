using Serverless.Contracts.Specs;
using Serverless.Inference;
using Serverless.Inference.OpenAI;

namespace Serverless.Processing;

/// <summary>Engines behind an address: servers that speak the OpenAI API.</summary>
public static class RemoteEngine
{
    /// <summary>Opens the engine that a job's <c>model</c> names; the caller disposes of it. No request is made.</summary>
    /// <param name="model">The model, of the kind openai.</param>
    /// <param name="secrets">Gives the server's key.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<IGenerationEngine> OpenAsync(ModelSpec model, SecretSource secrets, CancellationToken cancellationToken) =>
        new OpenAIEngine(new OpenAIOptions(new Uri(model.BaseUrl!), model.Source)
        {
            ApiKey = model.SecretRef is { } name ? await secrets(name, cancellationToken) : null,
            ApiKeyName = model.SecretRef,
            MaxNumSeqs = model.EngineArgs.MaxNumSeqs ?? OpenAIOptions.DefaultMaxNumSeqs,
            Seed = model.EngineArgs.Seed,
        });

    /// <summary>What names the model's content: a server gives nothing better than the name.</summary>
    internal static string RevisionOf(ModelSpec model) => $"openai:{model.Source}";
}
