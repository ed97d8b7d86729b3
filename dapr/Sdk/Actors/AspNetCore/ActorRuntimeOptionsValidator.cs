using Dapr.Actors.Runtime;
using Microsoft.Extensions.Options;

namespace Dapr.Actors.AspNetCore;

/// <summary>Stops an app at its start when its actors could not be called.</summary>
internal sealed class ActorRuntimeOptionsValidator : IValidateOptions<ActorRuntimeOptions>
{
    public ValidateOptionsResult Validate(string? name, ActorRuntimeOptions options)
    {
        if (options.Actors.GroupBy(actor => actor.Type.ActorTypeName, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            return ValidateOptionsResult.Fail($"Two actors are registered under the name {twice.Key}: give one of them another name in RegisterActor.");
        }

        if (options.Actors.Count > 0 && !options.UseJsonSerialization)
        {
            return ValidateOptionsResult.Fail(
                "AddActors registers actors with UseJsonSerialization = false, which asks for DataContract binary XML, and this SDK speaks JSON only. "
                + "Set options.UseJsonSerialization = true (and on ActorProxyOptions of the callers).");
        }

        return Uri.TryCreate(options.HttpEndpoint, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"The sidecar's address \"{options.HttpEndpoint}\" is no http or https URL: set HttpEndpoint or DAPR_HTTP_ENDPOINT.");
    }
}
