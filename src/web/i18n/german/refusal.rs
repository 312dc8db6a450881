use crate::web::i18n::{CronFieldTexts, RefusalTexts};

pub(super) const REFUSAL: RefusalTexts = RefusalTexts {
    username_empty: "Geben Sie einen Benutzernamen ein.",
    username_too_long: "Wählen Sie einen Benutzernamen mit höchstens 64 Zeichen.",
    username_character: "Verwenden Sie nur Buchstaben, Ziffern, Punkte, Binde- und Unterstriche. Am Anfang und am Ende \
        steht ein Buchstabe oder eine Ziffer.",
    username_mixed_scripts: "Verwenden Sie im Benutzernamen Buchstaben nur eines Alphabets.",
    username_reserved: "Wählen Sie einen Benutzernamen, der nicht mit usr_ beginnt.",
    username_address: "Wählen Sie einen Benutzernamen, der keine E-Mail-Adresse ist, oder Ihre eigene bestätigte \
        Adresse.",
    username_taken: "Dieser Benutzername ist nicht verfügbar: Er ist vergeben, war es bis vor kurzem oder sieht aus \
        wie ein anderer. Wählen Sie einen anderen.",
    email_taken: "Diese E-Mail-Adresse gehört zu einem anderen Konto. Geben Sie eine andere ein.",
    email: "Geben Sie eine gültige E-Mail-Adresse ein, zum Beispiel alice@example.org.",
    password_too_short: |minimum| {
        format!("Wählen Sie ein Passwort mit mindestens {minimum} Zeichen. Ein paar Wörter hintereinander genügen.")
    },
    password_too_long: "Wählen Sie ein Passwort mit höchstens 256 Zeichen.",
    password_control_character: "Entfernen Sie den Zeilenumbruch oder Tabulator aus dem Passwort. Er kam vielleicht \
        beim Einfügen mit.",
    password_repetition: "Dieses Passwort wiederholt eine kurze Folge. Wählen Sie eines ohne Wiederholung.",
    password_sequence: "Dieses Passwort folgt dem Alphabet, den Ziffern oder der Tastatur. Wählen Sie Wörter, die \
        nicht zusammengehören.",
    password_common: "Dieses Passwort ist zu verbreitet. Wählen Sie eines, auf das nur Sie kommen.",
    password_context: "Dieses Passwort ähnelt zu sehr Ihrem Benutzernamen, Ihrer E-Mail-Adresse oder dem Namen dieses \
        Dienstes. Wählen Sie andere Wörter.",
    password_missing: "Wählen Sie ein Passwort.",
    current_password_missing: "Geben Sie Ihr aktuelles Passwort ein.",
    current_password_wrong: "Das aktuelle Passwort ist falsch. Versuchen Sie es erneut.",
    text_empty: "Geben Sie einen Wert ein oder lassen Sie das Feld weg.",
    text_too_long: |maximum| format!("Geben Sie höchstens {maximum} Zeichen ein."),
    text_control_character: "Geben Sie eine einzelne Zeile ohne Steuerzeichen ein.",
    not_a_web_address: "Geben Sie eine Adresse ein, die mit https:// oder http:// beginnt.",
    group_invisible: "Dieser Gruppenname enthält ein unsichtbares Zeichen. Geben Sie ihn neu ein.",
    group_looks_like: |other| {
        format!(
            "Dieser Name sieht aus wie die Gruppe {other}. Verwenden Sie diese, oder wählen Sie einen anderen Namen."
        )
    },
    not_a_phone_number: "Geben Sie eine Telefonnummer mit Landesvorwahl ein, zum Beispiel +1 425 555 1212.",
    not_a_date: "Geben Sie ein Datum als JJJJ-MM-TT ein, zum Beispiel 1990-12-31.",
    group_unchanged: "Die Gruppe heißt schon so. Geben Sie einen anderen Namen ein.",
    too_many_groups: "Diese Person hat zu viele Gruppen. Entfernen Sie Gruppen oder verwenden Sie kürzere Namen.",
    role: "Geben Sie person oder administrator ein.",
    for_administrators: "Das kann nur die Verwaltung ändern.",
    for_administrators_by_scope: "Das kann nur die Verwaltung mit dem Scope signet:admin ändern.",
    picture_too_many_bytes: "Diese Datei ist zu groß. Wählen Sie eine mit höchstens 2 MB.",
    picture_unknown_format: "Wählen Sie ein Bild als PNG, JPEG oder WebP.",
    picture_too_large: "Dieses Bild ist zu groß. Wählen Sie eines mit höchstens 4096 mal 4096 Pixeln.",
    picture_unreadable: "Diese Datei ist beschädigt. Speichern Sie das Bild noch einmal oder wählen Sie ein anderes.",
    picture_too_detailed: "Dieses Bild hat zu viele Details. Speichern Sie es als JPEG oder wählen Sie ein anderes.",
    schedule_too_long: "Kürzen Sie den Zeitplan auf höchstens 128 Zeichen.",
    schedule_six_fields: "Entfernen Sie das sechste Feld. Ein Zeitplan hat keine Sekunden oder Jahre. Zum Beispiel ist \
        0 4 * * * täglich um 04:00 Uhr.",
    schedule_field_count: "Geben Sie fünf Felder mit Leerzeichen dazwischen ein: Minute, Stunde, Tag des Monats, \
        Monat, Wochentag. Zum Beispiel ist 0 4 * * * täglich um 04:00 Uhr.",
    schedule_field: |name, values| {
        format!(
            "Das Feld „{name}“ ist nicht gültig. Geben Sie {values} ein, * für alle oder mehrere mit Komma (1,2), \
             Bindestrich (1-5) oder Schritt (*/2)."
        )
    },
    cron_minute: CronFieldTexts { name: "Minute", values: "0 bis 59" },
    cron_hour: CronFieldTexts { name: "Stunde", values: "0 bis 23" },
    cron_day_of_month: CronFieldTexts { name: "Tag des Monats", values: "1 bis 31, L für den letzten Tag" },
    cron_month: CronFieldTexts { name: "Monat", values: "1 bis 12 oder JAN bis DEC" },
    cron_day_of_week: CronFieldTexts { name: "Wochentag", values: "0 bis 7 oder SUN bis SAT (0 und 7 sind Sonntag)" },
    schedule_unknown_time_zone: "Geben Sie den Namen einer Zeitzone ein, zum Beispiel Europe/Berlin oder \
        America/New_York.",
    schedule_never_ticks: "Dieser Zeitplan trifft in den nächsten fünf Jahren auf keinen Tag. Wählen Sie einen Tag, \
        den es gibt.",
    invitation_lifetime: "Geben Sie eine Anzahl von Sekunden von 1 bis 2592000 (30 Tage) ein.",
    application_address: "Geben Sie die Adresse ein, unter der man die Anwendung öffnet. Sie beginnt mit https://.",
    address_part: "Verwenden Sie bis zu 40 Buchstaben, Ziffern, Punkte, Binde- und Unterstriche.",
};
