namespace Serverless.Conformance.Tests.Dapr.Hosting;

/// <summary>The parts of the suite, each with an app of its own beside the sidecar.</summary>
public enum SuitePart
{
    /// <summary>The numbered behaviours with this repository's SDK.</summary>
    Repository,

    /// <summary>The numbered behaviours with the official .NET SDK.</summary>
    Official,

    /// <summary>The official JavaScript SDK.</summary>
    JavaScript,

    /// <summary>The examples of Dapr's HTTP documentation.</summary>
    Documented,
}

/// <summary>
/// A sidecar that somebody else runs, for instance daprd, named by DAPR_CONFORMANCE_ENDPOINT (HTTP), DAPR_CONFORMANCE_GRPC_ENDPOINT,
/// DAPR_CONFORMANCE_APP_PORT and DAPR_CONFORMANCE_APP: the part of the suite whose app it stands beside (default: Repository); the others are
/// skipped. Its app id is <c>conformance</c> for the two .NET parts, <c>javascript</c> and <c>documented</c> for the others, its components
/// are those of <c>Dapr/components</c>, and CONFORMANCE_SECRET=hidden stands in its environment.
/// </summary>
internal sealed record ExternalSidecar(SuitePart Part, SidecarPorts Ports)
{
    public static ExternalSidecar? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable("DAPR_CONFORMANCE_ENDPOINT") is not { Length: > 0 } endpoint)
        {
            return null;
        }

        return new ExternalSidecar(
            Enum.Parse<SuitePart>(Environment.GetEnvironmentVariable("DAPR_CONFORMANCE_APP") ?? nameof(SuitePart.Repository), ignoreCase: true),
            new SidecarPorts(new Uri(endpoint), new Uri(Needed("DAPR_CONFORMANCE_GRPC_ENDPOINT")), int.Parse(Needed("DAPR_CONFORMANCE_APP_PORT"))));
    }

    private static string Needed(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"DAPR_CONFORMANCE_ENDPOINT is set, {name} is not: the suite needs both.");
}
