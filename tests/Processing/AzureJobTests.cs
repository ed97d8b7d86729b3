using Azure.Storage.Blobs;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Specs;
using Serverless.Processing.Jobs;
using Serverless.Tests.Servers;
using static Serverless.Processing.Tests.TestJobs;

namespace Serverless.Processing.Tests;

/// <summary>Jobs whose input and output lie in Azure Blob Storage, emulated; the account is the one that the environment names.</summary>
public sealed class AzureJobTests : JobRuns, IClassFixture<AzureEnvironment>
{
    readonly BlobContainerClient container;

    public AzureJobTests(AzureEnvironment azure) => container = azure.Service.CreateBlobContainer($"jobs-{Guid.NewGuid():N}");

    [Theory]
    [InlineData("in/a.jsonl")]
    [InlineData("in/")]
    [InlineData("in")]
    [InlineData("in/*.jsonl")]
    [InlineData("*/a.*")]
    public async Task Rows_of_files_come_out_once_in_their_order(string input)
    {
        Upload("in/a.jsonl", Jsonl(Items(10)));
        Upload("in/_SUCCESS", "");
        Upload("inside/b.txt", "not a row");
        var result = await Run(new ScriptedEngine(), Job(input));
        result.OutputUri.ShouldBe($"az://{container.Name}/out");
        (await result.ReadRowsAsync().ToListAsync()).Select(row => row["generated_text"]).ShouldBe(Items(10).Select(item => item.ToUpperInvariant()));

        var again = await Run(new ScriptedEngine(), Job(input));
        again.WasFinished.ShouldBeTrue();
    }

    [Fact]
    public async Task The_output_of_a_job_is_the_input_of_the_next()
    {
        Upload("in/a.csv", "item\n" + string.Join('\n', Items(20)));
        await Run(new ScriptedEngine(), Job("in", "first"));
        var spec = Job("first") with { Preprocess = new PreprocessSpec { Prompt = "{{ row.item }} {{ row.generated_text }}" } };
        var result = await Run(new ScriptedEngine(), spec with { Output = spec.Output with { KeepInput = false } });
        (await result.ReadRowsAsync().ToListAsync()).Select(row => row["generated_text"]).ShouldBe(Items(20).Select(item => $"{item} {item}".ToUpperInvariant()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_crash_at_any_change_the_next_run_gives_every_row_once(bool after)
    {
        for (var change = 1; ; change++)
        {
            var spec = Spec(Items(5), $"az://{container.Name}/out-{change}");
            CrashingStore? store = null;
            try
            {
                await Execute(spec, new ScriptedEngine(), location => store = new CrashingStore(location.OpenFolder(), change, after));
                change.ShouldBeGreaterThan(5);
                return;
            }
            catch (JobException e) when (e.InnerException is CrashException)
            {
                var rows = await (await Run(new ScriptedEngine(), spec)).ReadRowsAsync().ToListAsync();
                rows.Select(row => row["generated_text"]).ShouldBe(Items(5).Select(item => item.ToUpperInvariant()));
            }
        }
    }

    [Fact]
    public async Task Two_runs_at_once_give_every_row_once()
    {
        Upload("in/a.jsonl", Jsonl(Items(60)));
        var results = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Run(new ScriptedEngine(), Job("in")))));
        var rows = await results[0].ReadRowsAsync().ToListAsync();
        rows.Select(row => row["row_index"]).ShouldBe(Enumerable.Range(0, 60).Select(i => (object?)(long)i));
        results[0].Manifest.Parts.ShouldBe(results[1].Manifest.Parts);
    }

    [Fact]
    public async Task A_file_that_changed_since_the_plan_is_an_error()
    {
        Upload("in/a.jsonl", Jsonl(Items(10)));
        await using var steps = JobSteps.Open(Job("in"), new JobRunnerOptions { ModelRevision = (_, _) => Task.FromResult("r1") });
        await steps.ClaimAsync(default);
        Upload("in/a.jsonl", Jsonl(Items(11)));
        (await Should.ThrowAsync<JobException>(() => steps.PlanFileAsync(0, default))).Code.ShouldBe(ErrorCodes.InputChanged);
    }

    [Theory]
    [InlineData("in", "no file in az://")]
    [InlineData("in/a.jsonl", "no file in az://")]
    [InlineData("in/*.csv", "matches *.csv")]
    public async Task Input_that_is_not_there_says_what_was_looked_for(string input, string message)
    {
        var error = await Should.ThrowAsync<JobException>(() => Run(new ScriptedEngine(), Job(input)));
        error.Code.ShouldBe(ErrorCodes.InvalidInput);
        error.Message.ShouldContain(message);
    }

    [Fact]
    public async Task A_container_that_is_not_there_and_an_output_inside_the_input_are_refused()
    {
        var absent = await Should.ThrowAsync<JobException>(() => Run(new ScriptedEngine(), Spec(Items(2), "az://no-such-container/out")));
        absent.Code.ShouldBe(ErrorCodes.Storage);
        absent.Message.ShouldContain("there is no such container");
        Upload("in/a.parquet", "");
        (await Should.ThrowAsync<JobException>(() => Run(new ScriptedEngine(), Job("in", "in/out")))).Message.ShouldContain("lies inside the input");
    }

    JobSpec Job(string input, string output = "out") => Spec([], $"az://{container.Name}/{output}") with
    {
        Input = new InputSpec { Uri = $"az://{container.Name}/{input}" },
        Preprocess = new PreprocessSpec { Prompt = "{{ row.item }}" },
    };

    void Upload(string name, string content) => container.GetBlobClient(name).Upload(BinaryData.FromString(content), overwrite: true);

    static string Jsonl(IEnumerable<string> items) => string.Concat(items.Select(item => $"{{\"item\": \"{item}\"}}\n"));
}

/// <summary>An emulated account that this process's environment names.</summary>
public sealed class AzureEnvironment : IAsyncLifetime
{
    const string Variable = "AZURE_STORAGE_CONNECTION_STRING";
    readonly AzuriteBlobs azurite = new();

    public BlobServiceClient Service => new(azurite.ConnectionString);

    public async ValueTask InitializeAsync()
    {
        await azurite.InitializeAsync();
        Environment.SetEnvironmentVariable(Variable, azurite.ConnectionString);
    }

    public ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        return azurite.DisposeAsync();
    }
}
