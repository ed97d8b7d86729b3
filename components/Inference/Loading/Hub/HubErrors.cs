using System.Net;

namespace Serverless.Inference.Loading.Hub;

/// <summary>Something that may go away by itself: the connection broke, or the hub is busy.</summary>
internal sealed class HubTransientException(string message, TimeSpan? retryAfter = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>How long the hub asks to wait.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>Says what a hub's refusal means and what to do about it.</summary>
internal static class HubErrors
{
    /// <summary>Whether the same request may succeed later.</summary>
    public static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    /// <summary>The error for an answer that will not change by itself.</summary>
    public static InferenceException Refused(HttpResponseMessage response, Uri address, HubReference model, HubOptions options)
    {
        string code = Header(response, "X-Error-Code") ?? "";
        string detail = Header(response, "X-Error-Message") is { } message ? $" The hub says: {message}" : "";
        string page = $"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/{model.Repository}";
        string token = options.Token is null ? "no token is set: set HF_TOKEN to one" : "the token of HF_TOKEN is not allowed to read it: use one";
        string problem = ((int)response.StatusCode, code) switch
        {
            (_, "GatedRepo") => $"{model} is gated. Accept its terms at {page}, then set HF_TOKEN to a token of that account" +
                (options.Token is null ? " (none is set)." : " (the one that is set has no access)."),
            (_, "RevisionNotFound") => $"{model.Repository} has no revision {model.Revision}. Look at the branches of {page}.",
            (_, "EntryNotFound") => $"{model} has no file {address.Segments[^1]}.",
            (401, "RepoNotFound") or (404, _) => $"there is no model {model.Repository} at {options.Endpoint}, or it is private and {token} that may. Check the name.",
            (401, _) => options.Token is null
                ? $"{model} needs a token. Set HF_TOKEN to a token that may read it."
                : $"the hub refuses the token of HF_TOKEN for {model}. Create a new one that may read it.",
            (403, _) => $"access to {model} is denied; {token} of an account that may read {page}.",
            var (status, _) => $"{address} answered {status} {response.ReasonPhrase} for {model}.",
        };
        // A model that is not there may answer 401 to strangers; that is no question of access.
        bool denied = code == "GatedRepo" || (code != "RepoNotFound" && response.StatusCode is (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden));
        return denied ? ModelErrors.Access(problem + detail) : ModelErrors.Download(problem + detail);
    }

    /// <summary>The error for trying in vain.</summary>
    public static InferenceException GivenUp(HubReference model, HubOptions options, int attempts, HubTransientException last) => ModelErrors.Download(
        $"{model} could not be downloaded from {options.Endpoint} after {attempts} attempts: {last.Message} What is here already is kept: run it again to go on. "
        + "HF_ENDPOINT names another hub; HF_HUB_OFFLINE=1 uses what is in the cache.",
        last);

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
