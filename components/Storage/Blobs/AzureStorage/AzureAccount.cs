using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;

namespace Serverless.Storage.Blobs.AzureStorage;

/// <summary>
/// A storage account and how to get in. Taken in this order: <see cref="ConnectionString"/>; else the account at <see cref="Endpoint"/> (or at
/// <see cref="Name"/>'s public one) with <see cref="Key"/>, with <see cref="SasToken"/>, or else with the identity that this process has: its
/// managed identity, or who is signed in to the Azure tools.
/// </summary>
public sealed record AzureAccount
{
    /// <summary>What is set in this process's environment, by the names that the Azure tools use.</summary>
    public static AzureAccount FromEnvironment() => From(Environment.GetEnvironmentVariable);

    internal static AzureAccount From(Func<string, string?> setting)
    {
        return new()
        {
            ConnectionString = Read("AZURE_STORAGE_CONNECTION_STRING"),
            Name = Read("AZURE_STORAGE_ACCOUNT"),
            Key = Read("AZURE_STORAGE_KEY"),
            SasToken = Read("AZURE_STORAGE_SAS_TOKEN"),
            Endpoint = Read("AZURE_STORAGE_ENDPOINT"),
        };

        string? Read(string name) => setting(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>A connection string as the portal shows it. Default: none.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The account's name. Default: none.</summary>
    public string? Name { get; init; }

    /// <summary>The account's key in base64; needs <see cref="Name"/>. Default: none.</summary>
    public string? Key { get; init; }

    /// <summary>A shared access signature, with or without its <c>?</c>. Default: none.</summary>
    public string? SasToken { get; init; }

    /// <summary>The address of the account's blob service. Default: <c>https://{name}.blob.core.windows.net</c>.</summary>
    public string? Endpoint { get; init; }

    /// <summary>What a request goes through, such as faults. Default: the network.</summary>
    internal HttpPipelinePolicy? Policy { get; init; }

    /// <summary>The first pause before another try; it doubles up to 20 s, unless the service names one. Default: 0.4 s.</summary>
    internal TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(0.4);

    // One for the process: it keeps the tokens that it was given.
    private static readonly Lazy<TokenCredential> Identity = new(() => new DefaultAzureCredential());

    internal BlobContainerClient Open(string container)
    {
        try
        {
            return ConnectionString is not null ? new BlobServiceClient(ConnectionString, Options()).GetBlobContainerClient(container) : Open(Address(), container);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new BlobException(BlobErrorKind.AccessDenied, $"The settings of the Azure storage account are not usable: {e.Message}", e);
        }
    }

    private BlobContainerClient Open(Uri address, string container)
    {
        var service = Key is not null && Name is not null ? new BlobServiceClient(address, new StorageSharedKeyCredential(Name, Key), Options())
            : SasToken is not null ? new BlobServiceClient(address, new AzureSasCredential(SasToken.TrimStart('?')), Options())
            : new BlobServiceClient(address, Identity.Value, Options());
        return service.GetBlobContainerClient(container);
    }

    private Uri Address()
    {
        if (Endpoint is null && Name is null)
        {
            throw new BlobException(BlobErrorKind.AccessDenied,
                "az:// needs to know the storage account: set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT (or AZURE_STORAGE_ENDPOINT) "
                + "with AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or an identity that DefaultAzureCredential finds; none of them is set.");
        }

        return new Uri(Endpoint ?? $"https://{Name}.blob.core.windows.net");
    }

    private BlobClientOptions Options()
    {
        var options = new BlobClientOptions
        {
            Retry = { Mode = RetryMode.Exponential, MaxRetries = 5, Delay = FirstPause, MaxDelay = TimeSpan.FromSeconds(20) },
        };
        options.AddPolicy(new TransferTimePolicy(), HttpPipelinePosition.PerCall);
        if (Policy is not null) options.AddPolicy(Policy, HttpPipelinePosition.PerRetry);
        return options;
    }
}
