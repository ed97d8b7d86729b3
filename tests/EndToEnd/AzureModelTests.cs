using Azure.Storage.Blobs;
using Serverless.Client;
using Serverless.Contracts.Status;
using Serverless.Tests.Servers;

namespace Serverless.EndToEnd.Tests;

/// <summary>Models that lie in Azure Blob Storage, in <c>serverless run</c> and in the service.</summary>
public sealed class AzureModelTests(AzuriteBlobs azurite) : IClassFixture<AzuriteBlobs>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly BlobContainerClient _container = new BlobServiceClient(azurite.ConnectionString).CreateBlobContainer($"models-{Guid.NewGuid():N}");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_is_downloaded_once_for_each_version_of_its_files()
    {
        Upload("tiny");
        Upload("tiny/other", "config.json");
        Run("first");
        var version = Versions().ShouldHaveSingleItem();
        Directory.EnumerateFiles(version).Select(Path.GetFileName).ShouldBe(ModelFiles, ignoreOrder: true);
        var written = Directory.EnumerateFiles(version).Select(File.GetLastWriteTimeUtc).ToList();

        Run("second");
        Versions().ShouldBe([version]);
        Directory.EnumerateFiles(version).Select(File.GetLastWriteTimeUtc).ShouldBe(written);
        Rows("second").ShouldBe(Rows("first"));
        CliProcess.Run(_folder.Path, "run", Job("local", SampleModel.HaikuTiny)).ExitCode.ShouldBe(0);
        Rows("local").ShouldBe(Rows("first"), "it is the same model wherever it lies");

        Upload("tiny", "generation_config.json");
        var changed = CliProcess.Run(_folder.Path, Environment, "run", Job("first", Source));
        changed.ExitCode.ShouldBe(1, changed.Errors);
        changed.Errors.ShouldContain("revision", customMessage: "another version of the model is another job");
        Run("third");
        Versions().Count.ShouldBe(2);
    }

    [Fact]
    public void A_download_that_was_cut_goes_on_and_only_a_whole_model_has_its_name()
    {
        Upload("tiny");
        Run("first");
        var version = Versions().ShouldHaveSingleItem();

        // As a process leaves it that was killed in the middle: one file whole, one not.
        Directory.Move(version, $"{version}.partial");
        var weights = Path.Combine($"{version}.partial", "model.safetensors");
        var kept = File.GetLastWriteTimeUtc(Path.Combine($"{version}.partial", "config.json"));
        File.Move(weights, $"{weights}.tmp");
        using (var cut = File.OpenWrite($"{weights}.tmp"))
        {
            cut.SetLength(1000);
        }

        Run("second");

        Versions().ShouldBe([version]);
        File.GetLastWriteTimeUtc(Path.Combine(version, "config.json")).ShouldBe(kept, "what was there is not fetched again");
        Rows("second").ShouldBe(Rows("first"));
    }

    [Theory]
    [InlineData("az://{0}/nothing", "holds no config.json")]
    [InlineData("az://no-such-container/tiny", "there is no such container")]
    [InlineData("az://X/tiny", "no name of a container")]
    public void What_is_no_model_is_told_in_words(string source, string expected)
    {
        var result = CliProcess.Run(_folder.Path, Environment, "run", Job("out", string.Format(source, _container.Name)));
        result.ExitCode.ShouldNotBe(0);
        result.Errors.ShouldContain(expected);
        result.Errors.ShouldNotContain("   at ");
        Directory.Exists(_folder["out"]).ShouldBeFalse("nothing was begun");
    }

    [Fact]
    public async Task A_job_of_the_service_runs_it_and_its_workers_share_one_download()
    {
        Upload("tiny");
        using var service = await ServiceProcess.StartAsync(_folder["data"], workers: 2, Environment);
        using var client = new JobsClient(new JobsClientOptions { BaseAddress = service.Address, PollInterval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromMinutes(1) });
        var job = await client.SubmitAsync(
            ServiceJob.Long(_folder["out"], shards: 10, rowsPerShard: 4).With("model.source", Source).With("concurrency", 2).Text(), "application/json");

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var end = await client.WaitAsync(job.Id, patience.Token);

        end.Status.ShouldBe(JobStatus.Completed, $"{end.Error}\n{ServiceProcess.Logs(_folder["data"])}");
        Output.ReadRows(_folder["out"]).Count.ShouldBe(40);
        Versions().Count.ShouldBe(1);
        var gone = await client.SubmitAsync(ServiceJob.OfItems(_folder["gone"], "Rain...").With("model.source", $"az://{_container.Name}/nothing").Text(), "application/json");
        var failed = await client.WaitAsync(gone.Id, patience.Token);
        (failed.Status, failed.Error?.Code).ShouldBe((JobStatus.Failed, "model"));
        failed.Error!.Message.ShouldContain("holds no config.json");
    }

    private static IEnumerable<string?> ModelFiles => Directory.EnumerateFiles(SampleModel.HaikuTiny).Select(Path.GetFileName).Where(name => Path.GetExtension(name) is ".json" or ".safetensors" or ".jinja");

    private string Source => $"az://{_container.Name}/tiny";

    private Dictionary<string, string> Environment => new() { ["AZURE_STORAGE_CONNECTION_STRING"] = azurite.ConnectionString, ["HF_HUB_CACHE"] = _folder["cache"] };

    /// <summary>Uploads the sample model, or one file of it.</summary>
    private void Upload(string prefix, string? only = null)
    {
        foreach (var file in Directory.EnumerateFiles(SampleModel.HaikuTiny).Where(file => only is null || Path.GetFileName(file) == only))
        {
            _container.GetBlobClient($"{prefix}/{Path.GetFileName(file)}").Upload(file, overwrite: true);
        }
    }

    private void Run(string output)
    {
        var result = CliProcess.Run(_folder.Path, Environment, "run", Job(output, Source));
        result.ExitCode.ShouldBe(0, result.Errors);
    }

    private string Job(string output, string source) =>
        _folder.Write($"{output}.json", ServiceJob.OfItems(_folder[output], "An old silent pond...", "Rain...").With("model.source", source).With("preprocess.sampling_params.temperature", 0).Text());

    private List<string> Rows(string output) => [.. Output.ReadRows(_folder[output]).OrderBy(row => (long)row["row_index"]!).Select(row => (string)row["generated_text"]!)];

    private List<string> Versions() => [.. Directory.EnumerateDirectories(Path.Combine(_folder["cache"], "azure"))];
}
